using DbBreaker.Admission;
using DbBreaker.CircuitBreaker;
using DbBreaker.Liveness;

namespace DbBreaker;

// What a change of state sets in motion, and its record.
public sealed partial class DbGuard
{
    private const int TransitionsKept = 64;

    private readonly Queue<DbGuardTransition> _recent = new(TransitionsKept); // Guarded by _sync.
    private long _transitions;
    private DbGuardTransition? _latest;
    private RecoveryRamp? _ramp;
    private TimeSpan _normalLatency;
    private string? _note;

    /// <summary>Raised after each transition, outside every lock, on the thread that caused it.</summary>
    internal event Action<DbGuard, DbGuardTransition>? Transitioned;

    internal string LastReason => Volatile.Read(ref _latest)?.Reason ?? "";

    private DbGuardTransition? Apply_NeedsSync(CircuitChange? change)
    {
        if (change is null) return null;
        DbGuardTransition transition = Record_NeedsSync(change);
        if (change.From == CircuitState.Closed) Volatile.Write(ref _outages, _outages + 1);
        switch (change.To)
        {
            case CircuitState.Open: Opened_NeedsSync(change); break;
            case CircuitState.Closed: Closed_NeedsSync(change); break;
            case CircuitState.Isolated: Isolated_NeedsSync(); break;
            default: HalfOpened_NeedsSync(); break;
        }

        Refresh();
        return transition;
    }

    private void Opened_NeedsSync(CircuitChange change)
    {
        _openedBy = change.Failure;
        if (change.From == CircuitState.Closed) OutageBegan_NeedsSync();
        if (_ramp is null && change.From == CircuitState.Closed) _normalLatency = _waits.MeanHold;
        _ramp = null;
        _suspicion = SuspicionCause.None;
        // First the queue, or the new epoch would grant its room to those who wait. The window of the coming trials is
        // set now, while nobody passes, so that nobody slips by it later.
        _permits.RejectWaiting();
        _permits.StartEpoch(_options.HalfOpenPermits);
        _opens.RejectWaiting();
        _isBraked = true;
        // A break after a failed recovery is served in full, even though the server answers probes.
        long now = _clock.Now;
        long breakEnds = now + (long)change.Break.TotalMilliseconds * TimeSpan.TicksPerMillisecond;
        _breakEndsAt = breakEnds < now ? long.MaxValue : breakEnds;
        _isProbeMute = false;
        if (HasProbe)
        {
            if (_circuit.IsFlapping) _prober.Stop();
            _prober.Start(_circuit.IsFlapping ? _breakEndsAt : now);
        }

        ForeseeChance_NeedsSync();
        EnsureWatching();
    }

    private void HalfOpened_NeedsSync()
    {
        _prober.Stop();
        _halfOpenSince = _clock.Attended;
    }

    private void Closed_NeedsSync(CircuitChange change)
    {
        _openedBy = null;
        _prober.Stop();
        _suspicion = SuspicionCause.None;
        // The trials' time was no silence of those who wait behind them, and their connections are still to be made.
        if (_waits.IsFull) _waits.Returned(_clock.Attended, somebodyWaits: true);
        _waits.ExpectConnects(_clock.Attended);
        _ramp = change.Cause == DbTransitionCause.Reset || _options.RecoveryRamp == TimeSpan.Zero
            ? null
            : new RecoveryRamp(_options.HalfOpenPermits, _options.RecoveryRamp, _normalLatency, _clock.Attended);
        _permits.SetWindow(_ramp?.Window ?? PermitPool.NoWindow);
        if (_ramp is null) _isBraked = false;
    }

    private void Isolated_NeedsSync()
    {
        _ramp = null;
        _prober.Stop();
        _suspicion = SuspicionCause.None;
        _permits.RejectWaiting();
        _permits.StartEpoch(PermitPool.NoWindow);
    }

    private DbGuardTransition Record_NeedsSync(CircuitChange change)
    {
        StallReading stall = StallDetector.Read(_leases.Slots, _clock.Attended, _lastFinishAt, _options.StallThreshold);
        var transition = new DbGuardTransition(
            Name, change.From, change.To, _clock.Time.GetUtcNow(), change.Cause,
            change.Window.Total, change.Window.Marked, stall.Running, stall.Stalled,
            _permits.Limit, _permits.InUse, _permits.WaitingCount,
            ProbeAnswered, _lastProbe.Elapsed, change.Break, change.Failure?.GetType().Name, _note);
        if (_recent.Count == TransitionsKept) _recent.Dequeue();
        _recent.Enqueue(transition);
        _transitions++;
        Volatile.Write(ref _latest, transition);
        return transition;
    }

    // The hot path asks one flag; everything that makes a guard not plain comes through here.
    private void Refresh()
    {
        DbGuardOptions options = _options;
        _watchLeaks = options.LeakThreshold is not null;
        _isPlain = options.Mode == DbGuardMode.Enforce && options.SlowCallThreshold is null
            && _ramp is null && _circuit.State == CircuitState.Closed;
    }

    private bool? ProbeAnswered =>
        _lastProbe.Outcome == ProbeOutcome.Unknown ? null : _lastProbe.Outcome == ProbeOutcome.Answered;
}
