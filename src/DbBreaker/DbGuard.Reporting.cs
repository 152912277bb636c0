using System.Diagnostics;
using DbBreaker.Admission;
using DbBreaker.CircuitBreaker;
using DbBreaker.Liveness;
using DbBreaker.Telemetry;
using N = DbBreaker.Telemetry.DbBreakerTelemetry;

namespace DbBreaker;

// What leaves the guard: counts, measurements, events for whoever listens. Never called under a lock but for counting.
public sealed partial class DbGuard
{
    private readonly OperationTally _tally = new();
    private volatile bool _isCounted;
    private long _fallbackAnswers;
    private long _outages;
    private long _fallbackOutage;

    /// <summary>Raised for each call that was, or in observe mode would have been, rejected, with the text it got, if
    /// it got one.</summary>
    internal event Action<DbGuard, RejectionCause, string?>? Rejected;

    /// <summary>Raised for each probe that came back or is overdue.</summary>
    internal event Action<DbGuard, ProbeResult>? Probed;

    /// <summary>Raised for the first answer that a fallback gives in an outage.</summary>
    internal event Action<DbGuard, string>? FallbackBegan;

    internal OperationTally Tally => _tally;

    internal int PermitsInUse => _permits.InUse;

    internal int WaitingCount => _permits.WaitingCount;

    internal TimeSpan MeanHold => _waits.MeanHold;

    internal long RejectedOpen => Interlocked.Read(ref _rejectedOpen);

    internal long RejectedSaturated => Interlocked.Read(ref _rejectedSaturated);

    internal long WouldHaveRejected => Interlocked.Read(ref _wouldHaveRejected);

    internal long Rejections => RejectedOpen + RejectedSaturated;

    internal long FallbackAnswers => Interlocked.Read(ref _fallbackAnswers);

    /// <summary>Whether the circuit is not closed, and a fallback has answered since it was.</summary>
    internal bool IsOnFallback =>
        State != CircuitState.Closed && Volatile.Read(ref _fallbackOutage) == Volatile.Read(ref _outages);

    /// <summary>Counts successes from now on, for the page. Metrics count them on their own while somebody listens.
    /// </summary>
    internal void Count() => _isCounted = true;

    /// <summary>A fallback answered a read in place of this guard's server.</summary>
    /// <param name="source">What answered; one of a handful of words, because it becomes a tag.</param>
    /// <param name="age">How far the rows may be behind, when that is known.</param>
    internal void FallbackAnswered(string source, TimeSpan? age = null)
    {
        Interlocked.Increment(ref _fallbackAnswers);
        if (DbBreakerMeter.FallbackAnswers.Enabled)
            DbBreakerMeter.FallbackAnswers.Add(1, DbBreakerMeter.Guard(this), new(N.SourceTag, source));
        if (Traced is { } activity) Mark(activity, N.FallbackEvent, N.SourceTag, source, age?.TotalSeconds);
        // A read that was sent to the fallback before the circuit closed may be answered after it: it begins nothing.
        if (State == CircuitState.Closed) return;
        long outage = Volatile.Read(ref _outages);
        if (Interlocked.Exchange(ref _fallbackOutage, outage) != outage) FallbackBegan?.Invoke(this, source);
    }

    private void CountSuccess()
    {
        if (_isCounted || DbBreakerMeter.Operations.Enabled) _tally.Succeeded();
    }

    private void Report(DbGuardTransition? transition)
    {
        if (transition is null) return;
        if (DbBreakerMeter.Transitions.Enabled)
        {
            DbBreakerMeter.Transitions.Add(
                1,
                DbBreakerMeter.Guard(this),
                new(N.FromTag, Snake<CircuitState>.Of(transition.From)),
                new(N.ToTag, Snake<CircuitState>.Of(transition.To)),
                new(N.CauseTag, Snake<DbTransitionCause>.Of(transition.Cause)));
        }

        Transitioned?.Invoke(this, transition);
    }

    // Rejecting is the hot path of an outage: it allocates nothing unless the caller is traced or a line is due.
    private void ReportRejection(RejectionCause cause, string? text)
    {
        Interlocked.Increment(ref CounterOf(cause));
        if (Traced is { } activity) Mark(activity, N.RejectedEvent, N.CauseTag, Snake<RejectionCause>.Of(cause));
        Rejected?.Invoke(this, cause, text);
    }

    private ref long CounterOf(RejectionCause cause)
    {
        if (cause == RejectionCause.Open) return ref _rejectedOpen;
        if (cause == RejectionCause.Saturated) return ref _rejectedSaturated;
        return ref _wouldHaveRejected;
    }

    private void ReportWait(Waiter waiter, WaitOutcome outcome)
    {
        double seconds = TimeSpan.FromTicks(Math.Max(0, _clock.Now - waiter.EnqueuedAt)).TotalSeconds;
        if (DbBreakerMeter.WaitTime.Enabled)
        {
            DbBreakerMeter.WaitTime.Record(
                seconds, DbBreakerMeter.Guard(this), new(N.OutcomeTag, Snake<WaitOutcome>.Of(outcome)));
        }

        if (Traced is { } activity) Mark(activity, N.WaitedEvent, N.WaitSecondsTag, seconds);
    }

    private void ReportProbe(ProbeResult? news)
    {
        if (news is not { } result || result.Outcome == ProbeOutcome.Unknown) return;
        if (DbBreakerMeter.Probes.Enabled)
        {
            DbBreakerMeter.Probes.Add(
                1, DbBreakerMeter.Guard(this), new(N.OutcomeTag, Snake<ProbeOutcome>.Of(result.Outcome)));
        }

        Probed?.Invoke(this, result);
    }

    private void ReportLeak(long heldTicks, string? takenAt)
    {
        if (DbBreakerMeter.Leaks.Enabled) DbBreakerMeter.Leaks.Add(1, DbBreakerMeter.Guard(this));
        LeakSuspected?.Invoke(this, TimeSpan.FromTicks(heldTicks), takenAt ?? "");
    }

    private void RecordHold(long ticks) =>
        DbBreakerMeter.HeldTime.Record(TimeSpan.FromTicks(ticks).TotalSeconds, DbBreakerMeter.Guard(this));

    // The caller's own trace, where the person who looks for the lost time will see it.
    private static Activity? Traced => Activity.Current is { IsAllDataRequested: true } activity ? activity : null;

    private void Mark(Activity activity, string name, string tag, object value, double? ageSeconds = null)
    {
        var tags = new ActivityTagsCollection { { N.GuardTag, Name }, { tag, value } };
        if (ageSeconds is not null) tags.Add(N.AgeSecondsTag, ageSeconds);
        activity.AddEvent(new ActivityEvent(name, _clock.Time.GetUtcNow(), tags));
    }
}
