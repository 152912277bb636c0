using System.Diagnostics;

namespace DbBreaker.CircuitBreaker;

/// <summary>
/// When calls may pass. Reading the state and counting a success take no lock; everything that can change the state
/// does. It knows no logger and no meter: a change is returned, and whoever called reports it outside the lock.
/// Time is passed in, in ticks of 100 ns.
/// </summary>
internal sealed class Circuit
{
    private const int StateBits = 2;

    private readonly Lock _lock = new(); // Guards every field below but _word, _consecutiveFailures and the windows.
    private readonly Func<double> _random;
    private CircuitSettings _settings;
    private volatile SlidingWindow _window;
    private volatile SlidingWindow? _slowWindow;

    // [generation:62][state:2], so that one read tells both. Written by Transition only.
    private long _word;
    private int _consecutiveFailures; // Written by failures, cleared by successes; a lost update costs one probe.
    private long _breakUntil;
    private long _closedAt;
    private int _trialSuccesses;
    private int _failedRecoveries;

    public Circuit(CircuitSettings settings, Func<double> random)
    {
        _settings = settings;
        _random = random;
        _window = new SlidingWindow(settings.SamplingDuration);
        _slowWindow = settings.SlowCallRatio is null ? null : new SlidingWindow(settings.SamplingDuration);
    }

    public CircuitState State => StateOf(Volatile.Read(ref _word));

    public long Generation => Volatile.Read(ref _word);

    public int ConsecutiveFailures => Volatile.Read(ref _consecutiveFailures);

    /// <summary>When the break ends; meaningful while open.</summary>
    public long BreakUntil => Volatile.Read(ref _breakUntil);

    /// <summary>True while the break was set because a recovery failed: an answered probe does not end it
    /// early.</summary>
    public bool IsFlapping { get; private set; }

    public static CircuitState StateOf(long generation) => (CircuitState)(generation & ((1 << StateBits) - 1));

    public WindowCounts Counts(long now) => _window.Sum(now);

    /// <summary>Counts a success of an operation that began in <paramref name="generation"/>.</summary>
    public CircuitChange? Succeed(long generation, long now, bool slow = false)
    {
        long word = Volatile.Read(ref _word);
        if (word != generation) return null; // A result of an earlier generation says nothing about this one.
        if (StateOf(word) == CircuitState.Closed)
        {
            _window.Record(now, marked: false);
            if (_consecutiveFailures != 0) Volatile.Write(ref _consecutiveFailures, 0);
            return _slowWindow is { } window ? JudgeSlow(window, generation, now, slow) : null;
        }

        return StateOf(word) == CircuitState.HalfOpen ? SucceedTrial(generation, now, slow) : null;
    }

    /// <summary>Counts a failure, and opens the circuit when it was one too many.</summary>
    public CircuitChange? Fail(long generation, long now, Exception? failure)
    {
        if (Volatile.Read(ref _word) != generation) return null;
        lock (_lock)
        {
            if (_word != generation) return null;
            switch (StateOf(_word))
            {
                case CircuitState.Closed:
                    _window.Record(now, marked: true);
                    _consecutiveFailures++;
                    WindowCounts counts = _window.Sum(now);
                    return counts.Total >= _settings.MinimumThroughput && counts.Ratio >= _settings.FailureRatio
                        ? OpenFor_NeedsLock(DbTransitionCause.FailureRatio, now, failure, recoveryFailed: false)
                        : null;
                case CircuitState.HalfOpen:
                    return OpenFor_NeedsLock(DbTransitionCause.TrialFailed, now, failure, recoveryFailed: true);
                default:
                    return null; // Open, Isolated: nobody was let through, so nothing is learned.
            }
        }
    }

    /// <summary>Opens a closed circuit because the server did not answer, or a half-open one because it fell
    /// silent.</summary>
    public CircuitChange? Open(long generation, long now, DbTransitionCause cause, Exception? failure)
    {
        lock (_lock)
        {
            if (_word != generation) return null;
            bool halfOpen = StateOf(_word) == CircuitState.HalfOpen;
            return halfOpen || StateOf(_word) == CircuitState.Closed
                ? OpenFor_NeedsLock(cause, now, failure, recoveryFailed: halfOpen)
                : null;
        }
    }

    /// <summary>Lets trials through.</summary>
    public CircuitChange? HalfOpen(long now, DbTransitionCause cause)
    {
        lock (_lock)
        {
            if (StateOf(_word) != CircuitState.Open) return null;
            _trialSuccesses = 0;
            return Transition_NeedsLock(CircuitState.HalfOpen, cause, now, null);
        }
    }

    public CircuitChange? Isolate(long now)
    {
        lock (_lock)
        {
            return StateOf(_word) == CircuitState.Isolated
                ? null
                : Transition_NeedsLock(CircuitState.Isolated, DbTransitionCause.Isolated, now, null);
        }
    }

    public CircuitChange? Reset(long now, DbTransitionCause cause = DbTransitionCause.Reset)
    {
        lock (_lock)
        {
            if (StateOf(_word) == CircuitState.Closed) return null;
            _failedRecoveries = 0;
            return Close_NeedsLock(cause, now);
        }
    }

    /// <summary>Takes new settings: the state and the remaining break stay (rule 17).</summary>
    public void Reconfigure(CircuitSettings settings)
    {
        lock (_lock)
        {
            if (settings.SamplingDuration != _settings.SamplingDuration)
                _window = new SlidingWindow(settings.SamplingDuration);
            if (settings.SlowCallRatio is null) _slowWindow = null;
            else if (_slowWindow is null || settings.SamplingDuration != _settings.SamplingDuration)
                _slowWindow = new SlidingWindow(settings.SamplingDuration);
            _settings = settings;
        }
    }

    private CircuitChange? JudgeSlow(SlidingWindow window, long generation, long now, bool slow)
    {
        window.Record(now, slow);
        if (!slow) return null;
        lock (_lock)
        {
            WindowCounts counts = window.Sum(now);
            if (_word != generation || counts.Total < _settings.MinimumThroughput) return null;
            return counts.Ratio >= _settings.SlowCallRatio
                ? OpenFor_NeedsLock(DbTransitionCause.SlowCallRatio, now, null, recoveryFailed: false)
                : null;
        }
    }

    private CircuitChange? SucceedTrial(long generation, long now, bool slow)
    {
        lock (_lock)
        {
            if (_word != generation) return null;
            // Slow calls are failures where they count at all; closing on one would only open again.
            if (slow) return OpenFor_NeedsLock(DbTransitionCause.TrialFailed, now, null, recoveryFailed: true);
            if (++_trialSuccesses < _settings.SuccessesToClose) return null;
            return Close_NeedsLock(DbTransitionCause.TrialsSucceeded, now);
        }
    }

    private CircuitChange Close_NeedsLock(DbTransitionCause cause, long now)
    {
        _closedAt = now;
        Volatile.Write(ref _consecutiveFailures, 0);
        CircuitChange change = Transition_NeedsLock(CircuitState.Closed, cause, now, null);
        _window.Clear();
        _slowWindow?.Clear();
        return change;
    }

    private CircuitChange OpenFor_NeedsLock(
        DbTransitionCause cause, long now, Exception? failure, bool recoveryFailed)
    {
        // A close that lasted as long as the longest break was a recovery; a shorter one was a flap that grows on.
        if (!recoveryFailed && now - _closedAt >= _settings.MaxBreakDuration.Ticks) _failedRecoveries = 0;
        if (recoveryFailed) _failedRecoveries++;
        // Trials that fell silent with the server did not flap: the next answer may let others in at once.
        IsFlapping = cause == DbTransitionCause.TrialFailed;
        TimeSpan duration = BreakBackoff.Next(
            _settings.BreakDuration, _settings.MaxBreakDuration, _failedRecoveries, _random());
        Volatile.Write(ref _breakUntil, now > long.MaxValue - duration.Ticks ? long.MaxValue : now + duration.Ticks);
        return Transition_NeedsLock(CircuitState.Open, cause, now, failure) with { Break = duration };
    }

    // The only writer of the state. The new generation makes every result that is still under way stale.
    private CircuitChange Transition_NeedsLock(CircuitState to, DbTransitionCause cause, long now, Exception? failure)
    {
        Debug.Assert(_lock.IsHeldByCurrentThread, "A transition needs the lock.");
        CircuitState from = StateOf(_word);
        Volatile.Write(ref _word, (((_word >>> StateBits) + 1) << StateBits) | (long)to);
        return new CircuitChange(from, to, cause, now, _window.Sum(now), TimeSpan.Zero, failure);
    }
}
