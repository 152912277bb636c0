using DbBreaker.Admission;
using DbBreaker.CircuitBreaker;
using DbBreaker.Liveness;

namespace DbBreaker;

// The guard's tick. It runs while anything is in use, in question or recovering, and rests otherwise.
public sealed partial class DbGuard
{
    private static readonly TimeSpan _restAfter = TimeSpan.FromSeconds(2);
    private const int SweepEvery = 16;

    private readonly ITimer _timer;
    private readonly TimeSpan _tick;
    private volatile bool _isWatching;
    private volatile bool _watchLeaks;
    private volatile bool _isBraked;
    private long _brakedUntil;
    private long _idleSince;
    private int _tickRunning;
    private int _ticks;

    /// <summary>Raised once for each hold that outlasts <see cref="DbGuardOptions.LeakThreshold"/>.</summary>
    internal event Action<DbGuard, TimeSpan, string>? LeakSuspected;

    /// <summary>Whether opens are braked: a connection was lost and the recovery is not over.</summary>
    internal bool IsBraked => _isBraked;

    private void StartWatching()
    {
        lock (_sync) EnsureWatching();
    }

    private void EnsureWatching()
    {
        if (_isWatching) return;
        _clock.Resume();
        _waits.ExpectConnects(_clock.Attended);
        _idleSince = _clock.Now;
        _isWatching = true;
        _timer.Change(_tick, _tick);
    }

    private void OnTick()
    {
        // Clocks for tests run timers from within their reads: not in the middle of a transition of ours.
        if (_sync.IsHeldByCurrentThread) return;
        // A callback that a busy machine delayed into the next one is dropped; the clock knows it came late.
        if (Interlocked.Exchange(ref _tickRunning, 1) != 0) return;
        try
        {
            if (_clock.Tick()) _waits.WasUnattended(_clock.Coarse);
            long now = _clock.Now;
            _permits.ExpireOverdue(now);
            _opens.ExpireOverdue(now);
            if (++_ticks % SweepEvery == 0) SweepLeases();
            WatchForStalls();
            DbGuardTransition? transition;
            ProbeResult? news;
            lock (_sync)
            {
                transition = StepLiveness_NeedsSync(out news);
                StepRamp_NeedsSync();
                RestWhenIdle_NeedsSync(now);
            }

            ReportProbe(news);
            Report(transition);
        }
        finally
        {
            Volatile.Write(ref _tickRunning, 0);
        }
    }

    private void WatchForStalls()
    {
        long generation = _circuit.Generation;
        if (IsShutIn(Circuit.StateOf(generation)) || _suspicion != SuspicionCause.None) return;
        StallReading stall = StallDetector.Read(
            _leases.Slots, _clock.Coarse, Volatile.Read(ref _lastFinishAt), _options.StallThreshold);
        if (stall.IsStall) Suspect(SuspicionCause.Stall);
    }

    private void StepRamp_NeedsSync()
    {
        if (_ramp is { } ramp && ramp.IsOver(_clock.Coarse, _permits.Limit))
        {
            _ramp = null;
            _isBraked = false;
            _permits.SetWindow(PermitPool.NoWindow);
            Refresh();
        }

        if (_isBraked && _ramp is null && _circuit.State == CircuitState.Closed && _clock.Now >= _brakedUntil)
            _isBraked = false;
    }

    private void BrakeOpens_NeedsSync()
    {
        _brakedUntil = _clock.Now + _options.RecoveryRamp.Ticks;
        _isBraked = _options.RecoveryRamp > TimeSpan.Zero;
    }

    private void RestWhenIdle_NeedsSync(long now)
    {
        bool busy = _permits.InUse > 0 || _permits.WaitingCount > 0 || _opens.InUse > 0 || _prober.IsActive
            || _ramp is not null || _isBraked || _circuit.State is CircuitState.Open or CircuitState.HalfOpen
            || IsolationLeft is not null;
        if (busy) _idleSince = now;
        else if (now - _idleSince >= _restAfter.Ticks)
        {
            _isWatching = false;
            Interlocked.MemoryBarrier();
            // A permit taken between the count and the flag saw the flag still up; look again now that it is down.
            if (_permits.InUse > 0) _isWatching = true;
            else _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private void SweepLeases()
    {
        long now = _clock.Coarse;
        TimeSpan? threshold = _options.LeakThreshold;
        foreach (LeaseSlot slot in _leases.Slots)
        {
            long version = slot.Version;
            if (!LeaseSlot.IsHeld(version)) continue;
            if (slot.IsOrphaned(version)) Release(slot, version);
            else if (now - slot.AcquiredAt >= threshold?.Ticks && slot.TryMarkLeak(version))
                ReportLeak(now - slot.AcquiredAt, slot.TakenAt);
        }
    }
}
