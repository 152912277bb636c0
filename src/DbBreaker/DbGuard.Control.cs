using DbBreaker.CircuitBreaker;
using DbBreaker.Liveness;

namespace DbBreaker;

// What people do to a guard, and what they see of it.
public sealed partial class DbGuard
{
    private const long NoEnd = long.MaxValue;
    internal static readonly TimeSpan LongestIsolation = TimeSpan.FromDays(365);

    private long _isolationEndsAt = NoEnd;

    /// <summary>Holds the circuit open until <see cref="Reset"/>, or for a time. What runs goes on; transactions may
    /// finish. On an isolated guard, the new time holds.</summary>
    /// <param name="reason">Why, for whoever looks at the guard; shown in logs and errors.</param>
    /// <param name="duration">After how long the circuit closes by itself; null for never.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="duration"/> is not positive, or longer than 365
    /// days.</exception>
    public void Isolate(string? reason = null, TimeSpan? duration = null)
    {
        if (duration <= TimeSpan.Zero || duration > LongestIsolation)
        {
            throw new ArgumentOutOfRangeException(
                nameof(duration), duration, "Accepted are null, for no end, and anything up to 365 days.");
        }

        DbGuardTransition? transition;
        lock (_sync)
        {
            _note = reason;
            _isolationEndsAt = duration is { } time ? _clock.Now + time.Ticks : NoEnd;
            transition = Apply_NeedsSync(_circuit.Isolate(_clock.Attended));
            if (duration is not null) EnsureWatching();
        }

        Report(transition);
    }

    /// <summary>Closes the circuit, whatever opened it, and gives all permits back at once.</summary>
    public void Reset()
    {
        DbGuardTransition? transition;
        lock (_sync)
        {
            _note = null;
            transition = Apply_NeedsSync(_circuit.Reset(_clock.Attended));
        }

        Report(transition);
    }

    /// <summary>Takes a picture of the guard. Cheap enough for every scrape; takes a short lock.</summary>
    public DbGuardSnapshot GetSnapshot()
    {
        lock (_sync)
        {
            long now = _clock.Attended;
            WindowCounts counts = _circuit.Counts(now);
            DbGuardTransition? latest = _latest;
            return new DbGuardSnapshot
            {
                Name = Name,
                State = _circuit.State,
                StateSince = latest?.At ?? _madeAt,
                Reason = latest?.Reason ?? "",
                RetryAfter = RetryAfter,
                IsolatedUntil = IsolationLeft is { } left ? _clock.Time.GetUtcNow() + left : null,
                Mode = _options.Mode,
                PermitLimit = EffectiveLimit,
                PermitsInUse = _permits.InUse,
                Waiting = _permits.WaitingCount,
                Transitions = _transitions,
                RecentTransitions = [.. _recent],
                Operations = counts.Total,
                Failures = counts.Marked,
                RejectedOpen = Interlocked.Read(ref _rejectedOpen),
                RejectedSaturated = Interlocked.Read(ref _rejectedSaturated),
                WouldHaveRejected = Interlocked.Read(ref _wouldHaveRejected),
                Saturations = _tally[DbFailureKind.Saturated],
                FallbackAnswers = FallbackAnswers,
                MeanHold = _waits.MeanHold,
                LongestHold = LongestHold(now),
                ProbeAnswered = ProbeAnswered,
            };
        }
    }

    /// <summary>Takes new options: nobody is cancelled, the state and the remaining break stay (rule 17).</summary>
    internal void Reconfigure(DbGuardOptions options)
    {
        lock (_sync)
        {
            bool sameFallbacks = options.HasSameFallbacks(_options);
            _options = options;
            if (!sameFallbacks) ForgetFallbacks(options);
            _circuit.Reconfigure(CircuitSettings.From(options));
            _permits.SetLimits(PermitLimitOf(options, _target), options.QueueLimit);
            _opens.SetLimits(options.OpenLimit, options.QueueLimit);
            _prober.Configure(ProbeSettings.From(options));
            Refresh();
        }
    }

    /// <summary>Everything that speaks against these options for this guard.</summary>
    internal IEnumerable<string> ProblemsOf(DbGuardOptions options)
    {
        foreach (string problem in DbGuardOptionsValidator.Problems(options)) yield return problem;
        if (_target is not { } target) yield break;
        foreach (string misfit in DbGuardOptionsValidator.ProblemsWith(options, target)) yield return misfit;
    }

    /// <summary>Tells a guard that was made by name where it leads, the first time a connection uses it.</summary>
    internal void Aim(GuardTarget target)
    {
        lock (_sync)
        {
            if (_target is not null) return;
            DbGuardOptionsValidator.ValidateAgainst(_options, target);
            _target = target;
            CollectsLeaks = Adapter.CollectsLeakedConnections;
            ForgetFallbacks(_options);
            _permits.SetLimits(PermitLimitOf(_options, target), _options.QueueLimit);
        }
    }

    /// <summary>The guard's database is reached through another pool too, which is cleared with the first.</summary>
    internal void AlsoLeadsTo(GuardTarget target) => Volatile.Read(ref _target)?.Add(target);

    /// <summary>Whether the guard may be forgotten: closed, and nothing in use, in question or recovering.</summary>
    internal bool IsIdle => !_isWatching && State == CircuitState.Closed;

    /// <summary>How long an isolation with an end still lasts.</summary>
    private TimeSpan? IsolationLeft
    {
        get
        {
            long endsAt = Volatile.Read(ref _isolationEndsAt);
            return endsAt == NoEnd || _circuit.State != CircuitState.Isolated
                ? null
                : TimeSpan.FromTicks(Math.Max(0, endsAt - _clock.Now));
        }
    }

    private CircuitChange? EndIsolation_NeedsSync() => IsolationLeft == TimeSpan.Zero
        ? _circuit.Reset(_clock.Attended, DbTransitionCause.IsolationEnded)
        : null;

    internal bool IsWatching => _isWatching;

    internal bool HasTarget => Volatile.Read(ref _target) is not null;

    private TimeSpan LongestHold(long now)
    {
        long longest = 0;
        foreach (Admission.LeaseSlot slot in _leases.Slots)
        {
            if (Admission.LeaseSlot.IsHeld(slot.Version)) longest = Math.Max(longest, now - slot.AcquiredAt);
        }

        return TimeSpan.FromTicks(longest);
    }
}
