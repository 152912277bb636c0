namespace DbBreaker;

/// <summary>What a guard looks like at one moment. Immutable; the numbers are read one after the other, not at one
/// instant.</summary>
public sealed record DbGuardSnapshot
{
    /// <summary>Gets the guard's name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the circuit's state.</summary>
    public required CircuitState State { get; init; }

    /// <summary>Gets since when it is in that state, by the wall clock.</summary>
    public required DateTimeOffset StateSince { get; init; }

    /// <summary>Gets why it is in that state, as a sentence; empty until the first transition.</summary>
    public required string Reason { get; init; }

    /// <summary>Gets how long until the next chance to pass; zero while calls pass.</summary>
    public required TimeSpan RetryAfter { get; init; }

    /// <summary>Gets when an isolation ends, by the wall clock; null when it has no end, or there is none.</summary>
    public required DateTimeOffset? IsolatedUntil { get; init; }

    /// <summary>Gets how far the guard goes.</summary>
    public required DbGuardMode Mode { get; init; }

    /// <summary>Gets the permits there are now: fewer than configured while a recovery ramps up.</summary>
    public required int PermitLimit { get; init; }

    /// <summary>Gets the permits in use.</summary>
    public required int PermitsInUse { get; init; }

    /// <summary>Gets the callers in the queue.</summary>
    public required int Waiting { get; init; }

    /// <summary>Gets how many transitions there have been.</summary>
    public required long Transitions { get; init; }

    /// <summary>Gets the latest transitions, the newest last; at most 64.</summary>
    public required IReadOnlyList<DbGuardTransition> RecentTransitions { get; init; }

    /// <summary>Gets the operations in the window.</summary>
    public required long Operations { get; init; }

    /// <summary>Gets the failures among them.</summary>
    public required long Failures { get; init; }

    /// <summary>Gets the calls rejected because the circuit was open, since the guard was made.</summary>
    public required long RejectedOpen { get; init; }

    /// <summary>Gets the calls rejected because no permit was free in time, since the guard was made.</summary>
    public required long RejectedSaturated { get; init; }

    /// <summary>Gets the calls that would have been rejected in <see cref="DbGuardMode.Observe"/>.</summary>
    public required long WouldHaveRejected { get; init; }

    /// <summary>Gets the failures of a full pool or server that callers met, since the guard was made.</summary>
    public required long Saturations { get; init; }

    /// <summary>Gets the reads that a fallback answered instead, since the guard was made.</summary>
    public required long FallbackAnswers { get; init; }

    /// <summary>Gets the mean time a permit is held, zero while unknown.</summary>
    public required TimeSpan MeanHold { get; init; }

    /// <summary>Gets how long the oldest permit in use has been held.</summary>
    public required TimeSpan LongestHold { get; init; }

    /// <summary>Gets whether the last probe was answered; null when none was sent.</summary>
    public required bool? ProbeAnswered { get; init; }
}
