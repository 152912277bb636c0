using System.Runtime.CompilerServices;
using DbBreaker.Admission;
using DbBreaker.CircuitBreaker;
using DbBreaker.Liveness;

namespace DbBreaker;

// What operations tell: successes without a lock, failures with one.
public sealed partial class DbGuard
{
    private const int FailuresInARow = 3;

    // Weak: an exception is remembered as long as somebody else holds it, so that retries and wrappers count it once.
    private readonly ConditionalWeakTable<Exception, object> _seen = [];
    private static readonly object _seenMark = new();

    private long _lastFinishAt;
    private Exception? _lastFailure;

    /// <summary>A lease taken by hand reports a success: the operation since it was taken, or since the last
    /// report.</summary>
    internal void Succeed(LeaseSlot slot)
    {
        long startedAt = Volatile.Read(ref slot.OperationStartedAt);
        Volatile.Write(ref slot.OperationStartedAt, LeaseSlot.NotRunning);
        Succeed(slot.Generation, startedAt);
    }

    /// <summary>A lease taken by hand reports a failure.</summary>
    internal void Fail(LeaseSlot slot, Exception exception, DbPhase phase)
    {
        long startedAt = Volatile.Read(ref slot.OperationStartedAt);
        Volatile.Write(ref slot.OperationStartedAt, LeaseSlot.NotRunning);
        Fail(slot.Generation, startedAt, new DbFailure(exception, phase, ElapsedSince(startedAt)));
    }

    internal void Succeed(long generation, long startedAt)
    {
        CountSuccess();
        Evidence(generation, startedAt);
    }

    // The server was there, whether or not it did what was asked.
    private void Evidence(long generation, long startedAt)
    {
        long now = _clock.Coarse;
        // Read first: a line that every core only reads stays in every core's cache.
        if (Volatile.Read(ref _lastFinishAt) != now) Volatile.Write(ref _lastFinishAt, now);
        if (_isPlain) _circuit.Succeed(generation, now);
        else SucceedSlow(generation, startedAt);
    }

    /// <summary>Whether the failure is a timeout that the server seems to have acknowledged.</summary>
    internal bool IsSurvivedTimeout(in DbFailure failure) =>
        failure.ConnectionSurvived && failure.Phase != DbPhase.Opening
        && DbFailureClassifier.Classify(Adapter, failure) is DbFailureKind.Timeout;

    /// <summary>Judges a failure and lets it count. Returns what it was.</summary>
    internal DbFailureKind Fail(long generation, long startedAt, in DbFailure failure)
    {
        DbProviderAdapter adapter = Adapter;
        DbFailureKind kind = DbFailureClassifier.Classify(adapter, failure);
        if (_options.Mode == DbGuardMode.Disabled || IsOwnRejection(failure.Exception)) return kind;
        if (!ServesReads && adapter.IndicatesStalePool(failure)) ClearStalePool();
        if (DbFailureClassifier.IsFailure(kind, failure))
        {
            // A failure from the driver's memory is no new evidence, but it is a question: the probe asks the server
            // past that memory, so a busy guard learns of the outage although the driver answers for it.
            if (adapter.IsRepeated(failure)) Suspect(SuspicionCause.Failures);
            else if (IsNew(failure.Exception))
            {
                _tally.Failed(kind);
                CountFailure(generation, failure.Exception);
            }
        }
        else if (DbFailureClassifier.IsAnswer(kind, failure) && IsNew(failure.Exception))
        {
            _tally.Failed(kind);
            Evidence(generation, startedAt);
        }
        else if (kind is DbFailureKind.Saturated or DbFailureKind.Cancelled or DbFailureKind.Misuse)
        {
            _tally.Failed(kind);
        }

        return kind;
    }

    /// <summary>A connection fell without being closed (rule 5); nobody may ever see an exception for it.</summary>
    internal void ConnectionFell(long generation)
    {
        if (_options.Mode == DbGuardMode.Disabled) return;
        _tally.Failed(DbFailureKind.Unavailable);
        CountFailure(generation, null);
    }

    /// <summary>Marks an exception as counted, whoever reports it again.</summary>
    internal bool IsNew(Exception exception)
    {
        bool isNew = true;
        for (Exception? link = exception; link is not null; link = link.InnerException)
        {
            if (!_seen.TryAdd(link, _seenMark)) isNew = false;
        }

        return isNew;
    }

    internal static bool IsOwnRejection(Exception exception)
    {
        for (Exception? link = exception; link is not null; link = link.InnerException)
        {
            if (link is DbGuardException) return true;
        }

        return false;
    }

    internal TimeSpan ElapsedSince(long startedAt) =>
        startedAt == LeaseSlot.NotRunning
            ? TimeSpan.Zero
            : TimeSpan.FromTicks(Math.Max(0, _clock.Attended - startedAt));

    private void SucceedSlow(long generation, long startedAt)
    {
        TimeSpan elapsed = ElapsedSince(startedAt);
        bool slow = elapsed >= _options.SlowCallThreshold;
        if (_circuit.State == CircuitState.Closed && _ramp is null && !slow)
        {
            _circuit.Succeed(generation, _clock.Attended);
            return;
        }

        DbGuardTransition? transition;
        lock (_sync)
        {
            CircuitChange? change = _circuit.Succeed(generation, _clock.Attended, slow);
            if (change is null && generation == _circuit.Generation && _ramp is { } ramp && ramp.Succeeded(elapsed))
                _permits.SetWindow(ramp.Window);
            transition = Apply_NeedsSync(change);
        }

        Report(transition);
    }

    private void CountFailure(long generation, Exception? exception)
    {
        DbGuardTransition? transition;
        bool isSuspicious = false;
        lock (_sync)
        {
            BrakeOpens_NeedsSync();
            CircuitChange? change = _circuit.Fail(generation, _clock.Attended, exception);
            if (generation == _circuit.Generation)
            {
                _lastFailure = exception;
                if (_ramp is { } ramp && ramp.Failed()) _permits.SetWindow(ramp.Window);
                // At any throughput: behind a thousand successes the ratio takes seconds to notice a server that died.
                isSuspicious = _circuit.State == CircuitState.Closed && _circuit.ConsecutiveFailures >= FailuresInARow;
            }

            transition = Apply_NeedsSync(change);
        }

        Report(transition);
        if (isSuspicious) Suspect(SuspicionCause.Failures);
    }
}
