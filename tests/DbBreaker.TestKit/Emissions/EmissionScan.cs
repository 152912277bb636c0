using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;

namespace DbBreaker.TestKit;

/// <summary>
/// Listens to everything that guards tell while it is here (measurements, events on activities, exceptions, the lines
/// of the loggers it gives, and what a test adds) and finds secrets in it. Keeps a bounded number of texts.
/// Thread-safe.
/// </summary>
public sealed class EmissionScan : ILoggerFactory, ILoggerProvider
{
    /// <summary>The name of the source whose activities it hears: see <see cref="StartActivity"/>.</summary>
    private const string SourceName = "DbBreaker.TestKit.EmissionScan";

    private const string Product = "DbBreaker";
    private const int MostTexts = 100_000, MostFindings = 100;

    private readonly Func<IEnumerable<string>> _secrets;
    private readonly ConcurrentDictionary<string, string> _texts = new();
    private readonly ConcurrentDictionary<string, string> _findings = new();
    private readonly ActivitySource _source = new(SourceName);
    private readonly ActivityListener _activities;
    private readonly MeterListener _meter = new();
    private long _heard;

    /// <summary>Begins to listen.</summary>
    /// <param name="secrets">What to look for; <see cref="Secrets.All"/> unless given.</param>
    public EmissionScan(params IEnumerable<string> secrets)
        : this(listens: true, secrets)
    {
    }

    private EmissionScan(bool listens, IEnumerable<string> secrets)
    {
        string[] given = [.. secrets];
        _secrets = given.Length > 0 ? () => given : () => Secrets.All;
        _activities = new ActivityListener
        {
            ShouldListenTo = source => source == _source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Hear,
        };
        if (listens) ActivitySource.AddActivityListener(_activities);
        _meter.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == Product)
                listener.EnableMeasurementEvents(instrument);
        };
        _meter.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Hear(instrument, tags));
        _meter.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Hear(instrument, tags));
        if (listens) _meter.Start();
        AppDomain.CurrentDomain.FirstChanceException += OnException;
    }

    /// <summary>One that hears exceptions, lines of its loggers and what is added, and leaves meter and activities as
    /// they are without a listener.</summary>
    public static EmissionScan OfTexts(params IEnumerable<string> secrets) => new(listens: false, secrets);

    /// <summary>How much was heard.</summary>
    public long Heard => Interlocked.Read(ref _heard);

    /// <summary>The texts that hold a secret, with where they came from; a hundred at most.</summary>
    public IReadOnlyCollection<string> Findings
    {
        get
        {
            _meter.RecordObservableInstruments();
            // Again, because a secret may have become known after the text that holds it.
            foreach (var (text, origin) in _texts)
                Look(origin, text);
            return [.. _findings.Values];
        }
    }

    /// <summary>An activity whose events are heard when it stops.</summary>
    public Activity? StartActivity(string name) => _source.StartActivity(name);

    /// <summary>Adds a text that was told.</summary>
    /// <param name="origin">What told it, for the error.</param>
    /// <param name="text">What was told.</param>
    public void Hear(string origin, string text)
    {
        Interlocked.Increment(ref _heard);
        if (_texts.ContainsKey(text))
            return;
        if (_texts.Count < MostTexts)
            _texts[text] = origin;
        Look(origin, text);
    }

    /// <summary>Adds what the guards of a registry say of themselves.</summary>
    public void Hear(DbGuardRegistry registry)
    {
        foreach (DbGuard guard in registry.Guards)
        {
            DbGuardSnapshot now = guard.GetSnapshot();
            Hear("snapshot", $"{now.Name} {now.Reason}");
            foreach (DbGuardTransition transition in now.RecentTransitions) Hear("transition", transition.Reason);
        }
    }

    /// <exception cref="InvalidOperationException">Something held a secret.</exception>
    public void Verify()
    {
        if (Findings is { Count: > 0 } findings)
            throw new InvalidOperationException("A user name or a password was told:\n" + string.Join('\n', findings));
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <summary>Not supported: it writes to itself only.</summary>
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Dispose()
    {
        AppDomain.CurrentDomain.FirstChanceException -= OnException;
        _meter.Dispose();
        _activities.Dispose();
        _source.Dispose();
    }

    private void Look(string origin, string text)
    {
        if (_findings.Count < MostFindings
            && _secrets().Any(secret => text.Contains(secret, StringComparison.OrdinalIgnoreCase)))
        {
            _findings[text] = $"{origin}: {text}";
        }
    }

    private void Hear(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var tag in tags)
            Hear(instrument.Name, tag.Value as string ?? $"{tag.Value}");
    }

    private void Hear(Activity activity)
    {
        foreach (var marked in activity.Events)
            Hear($"activity event {marked.Name}", string.Join(' ', marked.Tags));
        foreach (var tag in activity.TagObjects)
            Hear($"activity tag {tag.Key}", $"{tag.Value}");
    }

    // Ours by its type, or thrown by our code. An inner exception is the driver's, and so is its text.
    private void OnException(object? sender, FirstChanceExceptionEventArgs e)
    {
        var exception = e.Exception;
        if (IsProduct(exception.GetType().Assembly) || (IsPlain(exception) && IsProduct(ThrownBy(exception))))
            Hear(exception.GetType().Name, exception.Message);
    }

    private static bool IsPlain(Exception exception) => exception is not DbException and not OperationCanceledException
        and (ArgumentException or InvalidOperationException or FormatException or NotSupportedException);

    private static Assembly? ThrownBy(Exception exception) =>
        new StackTrace(exception, fNeedFileInfo: false).GetFrame(0)?.GetMethod()?.DeclaringType?.Assembly;

    private static bool IsProduct(Assembly? assembly) =>
        assembly?.GetName().Name is { } name && name.StartsWith(Product, StringComparison.Ordinal)
        && !name.EndsWith("Tests", StringComparison.Ordinal) && name != typeof(EmissionScan).Assembly.GetName().Name;

    private sealed class Logger(EmissionScan scan, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => category == Product && logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                scan.Hear($"log line {eventId.Id}", $"{formatter(state, exception)} {exception}");
        }
    }
}
