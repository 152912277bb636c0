using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace DbBreaker.AspNetCore.Tests.Page;

/// <summary>Everything the library tells while it is here: log lines with their values, measurements with their tags,
/// events on activities, and what a test adds. Then looks for secrets in it.</summary>
internal sealed class Emissions : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _texts = new();
    private readonly ActivitySource _source = new("DbBreaker.AspNetCore.Tests.Emissions");
    private readonly ActivityListener _activities;
    private readonly MeterListener _meter = new();

    public Emissions()
    {
        _activities = new ActivityListener
        {
            ShouldListenTo = source => source == _source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                foreach (ActivityEvent marked in activity.Events)
                    Add($"{marked.Name} {string.Join(' ', marked.Tags)}");
            },
        };
        ActivitySource.AddActivityListener(_activities);
        _meter.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "DbBreaker") listener.EnableMeasurementEvents(instrument);
        };
        _meter.SetMeasurementEventCallback<long>(
            (i, _, tags, _) => Add($"{i.Name} {string.Join(' ', tags.ToArray())}"));
        _meter.SetMeasurementEventCallback<double>(
            (i, _, tags, _) => Add($"{i.Name} {string.Join(' ', tags.ToArray())}"));
        _meter.Start();
    }

    public int Count => _texts.Count;

    public Activity? StartActivity() => _source.StartActivity("request");

    public void Add(string text) => _texts.Enqueue(text);

    public void AssertNoneHolds(params string[] secrets)
    {
        _meter.RecordObservableInstruments();
        foreach (string secret in secrets)
            Assert.DoesNotContain(_texts, text => text.Contains(secret, StringComparison.OrdinalIgnoreCase));
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
        _meter.Dispose();
        _activities.Dispose();
        _source.Dispose();
    }

    private sealed class Logger(Emissions emissions, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => category == "DbBreaker";

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) emissions.Add($"{eventId} {formatter(state, exception)} {exception}");
        }
    }
}
