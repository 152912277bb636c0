using DbBreaker.CircuitBreaker;
using DbBreaker.Liveness;

namespace DbBreaker;

// Asking the server: when the guard becomes suspicious, and what an answer changes.
public sealed partial class DbGuard
{
    private GuardTarget? _target;
    private SuspicionCause _suspicion;
    private long _suspectedAt;
    private long _nextSuspicionAt;
    private ProbeResult _lastProbe;
    private bool _isProbeMute; // The probe itself cannot be sent.
    private long _lastProbeAt;
    private long _poolClearedAt = long.MinValue;
    private long _breakEndsAt;
    private long _halfOpenSince;

    private bool HasProbe => _options.Probe is not null || _target is not null;

    // Otherwise the break's length decides alone: a probe that cannot be sent, or hangs for ever, must not latch.
    private bool CanAsk => HasProbe && !_isProbeMute && !_prober.IsExhausted;

    private void Suspect(SuspicionCause cause)
    {
        if (!HasProbe) return;
        lock (_sync)
        {
            long now = _clock.Now;
            if (_suspicion != SuspicionCause.None || now < _nextSuspicionAt || IsShutIn(_circuit.State)) return;
            _suspicion = cause;
            _suspectedAt = _clock.Coarse;
            _prober.Start(now);
            EnsureWatching();
        }
    }

    private void LaunchProbe(ProbeAttempt attempt)
    {
        TimeSpan timeout = _options.ProbeTimeout;
        if (_options.Probe is { } probe) ServerProbe.Launch(_clock, probe, timeout, attempt);
        else ServerProbe.Launch(_clock, _target!.Adapter, _target.Prototype, timeout, attempt);
    }

    // One step of everything that time or the prober decides. Returns the transition, if any.
    private DbGuardTransition? StepLiveness_NeedsSync(out ProbeResult? news)
    {
        CircuitState state = _circuit.State;
        news = _prober.Step();
        CircuitChange? change = news is { } result ? Hear_NeedsSync(result) : null;
        change ??= state switch
        {
            CircuitState.Open when !CanAsk => EndBreak_NeedsSync(),
            CircuitState.Isolated => EndIsolation_NeedsSync(),
            CircuitState.HalfOpen when !HasProbe => ExpireTrials_NeedsSync(),
            _ => null,
        };
        ForeseeChance_NeedsSync();
        return Apply_NeedsSync(change);
    }

    private CircuitChange? Hear_NeedsSync(ProbeResult news)
    {
        _lastProbe = news;
        _lastProbeAt = _clock.Now;
        bool answered = news.Outcome == ProbeOutcome.Answered;
        switch (_circuit.State)
        {
            case CircuitState.Open:
                _isProbeMute = news.Outcome == ProbeOutcome.Unknown;
                return answered ? LetTrialsIn_NeedsSync(DbTransitionCause.ProbeAnswered) : null;
            case CircuitState.Closed or CircuitState.HalfOpen:
                if (answered || news.Outcome == ProbeOutcome.Unknown || SomethingFinished)
                {
                    Trust_NeedsSync();
                    // The server is there, so trials that hang are slow, not lost: others may try beside them.
                    if (_circuit.State == CircuitState.HalfOpen) _permits.StartEpoch(_options.HalfOpenPermits);
                    return null;
                }

                return _circuit.Open(
                    _circuit.Generation,
                    _clock.Attended,
                    _circuit.State == CircuitState.Closed
                        ? DbTransitionCause.ProbeUnanswered
                        : DbTransitionCause.TrialHung,
                    news.Failure ?? _lastFailure ?? new TimeoutException(
                        $"The server did not answer a probe within {news.Elapsed.TotalMilliseconds:0} ms."));
            default:
                return null;
        }
    }

    // A success since the suspicion arose outweighs a probe that was too slow.
    private bool SomethingFinished => _lastFinishAt > _suspectedAt;

    private void Trust_NeedsSync()
    {
        _suspicion = SuspicionCause.None;
        _nextSuspicionAt = _clock.Now + _options.ProbeInterval.Ticks;
        _prober.Stop();
    }

    private CircuitChange? EndBreak_NeedsSync() => _clock.Now >= _breakEndsAt
        ? LetTrialsIn_NeedsSync(DbTransitionCause.BreakElapsed)
        : null;

    private CircuitChange? LetTrialsIn_NeedsSync(DbTransitionCause cause)
    {
        // Before anybody passes: connections from before the outage are gone, so no trial meets one (rule 14).
        ClearPool();
        _permits.StartEpoch(_options.HalfOpenPermits);
        return _circuit.HalfOpen(_clock.Attended, cause);
    }

    // Without a probe nobody can tell a slow trial from a lost one: after a break's time it counts as lost.
    private CircuitChange? ExpireTrials_NeedsSync() =>
        _permits.InUseOfEpoch > 0 && _permits.Window <= _options.HalfOpenPermits
            && _clock.Attended - Math.Max(_halfOpenSince, _lastFinishAt) >= _options.BreakDuration.Ticks
            ? _circuit.Open(_circuit.Generation, _clock.Attended, DbTransitionCause.TrialHung, null)
            : null;

    private void ForeseeChance_NeedsSync()
    {
        if (_circuit.State != CircuitState.Open) return;
        long now = _clock.Now;
        long chance = CanAsk ? now + _prober.UntilNext(now).Ticks : _breakEndsAt;
        Volatile.Write(ref _nextChanceAt, chance);
    }

    private void ClearPool()
    {
        try
        {
            _target?.ClearPool();
        }
        catch (Exception exception)
        {
            // An adapter's code on the guard's timer, where whatever it throws would end the process. A pool that
            // cannot be cleared (the data source is disposed, say) must not stop the recovery; callers that meet a
            // stale connection report it like any other failure.
            _lastFailure ??= exception;
        }
    }

    // An application that writes where it may only read looks like a failover; its mistakes must not cost it its pool
    // each time.
    private void ClearStalePool()
    {
        long now = _clock.Now;
        long clearedAt = Volatile.Read(ref _poolClearedAt);
        if (clearedAt != long.MinValue && now - clearedAt < _options.BreakDuration.Ticks) return;
        if (Interlocked.CompareExchange(ref _poolClearedAt, now, clearedAt) == clearedAt) ClearPool();
    }
}
