namespace DbBreaker;

/// <summary>
/// One change of a circuit's state with everything that led to it: what logs, health checks and the dashboard read.
/// Contains no connection string, user name or SQL. Immutable.
/// </summary>
/// <param name="GuardName">The guard.</param>
/// <param name="From">The state before.</param>
/// <param name="To">The state after.</param>
/// <param name="At">When, by the wall clock.</param>
/// <param name="Cause">Why.</param>
/// <param name="Operations">Operations in the window.</param>
/// <param name="Failures">Failures among them.</param>
/// <param name="Running">Operations that were running.</param>
/// <param name="Stalled">Those of them that were older than the stall threshold.</param>
/// <param name="PermitLimit">Permits there were.</param>
/// <param name="PermitsInUse">Permits in use.</param>
/// <param name="Waiting">Callers in the queue.</param>
/// <param name="ProbeAnswered">Whether the last probe was answered; null when none was sent.</param>
/// <param name="ProbeElapsed">How long that probe took.</param>
/// <param name="BreakDuration">The break that began, when the circuit opened.</param>
/// <param name="FailureType">The type of the exception that decided, if one did. Its text stays out on purpose.</param>
/// <param name="Note">What the caller of <see cref="DbGuard.Isolate"/> gave as the reason.</param>
public sealed record DbGuardTransition(
    string GuardName,
    CircuitState From,
    CircuitState To,
    DateTimeOffset At,
    DbTransitionCause Cause,
    long Operations,
    long Failures,
    int Running,
    int Stalled,
    int PermitLimit,
    int PermitsInUse,
    int Waiting,
    bool? ProbeAnswered,
    TimeSpan ProbeElapsed,
    TimeSpan BreakDuration,
    string? FailureType,
    string? Note)
{
    /// <summary>Gets the reason as a sentence for a person.</summary>
    public string Reason => Cause switch
    {
        DbTransitionCause.FailureRatio => $"{Failures} of {Operations} operations failed{Last}",
        DbTransitionCause.SlowCallRatio => $"{Operations} operations in the window, too many of them slow",
        DbTransitionCause.ProbeUnanswered =>
            $"{Stalled} of {Running} running operations stalled, {Failures} of {Operations} in the window failed; "
            + $"a probe got no answer in {ProbeElapsed.TotalMilliseconds:0} ms",
        DbTransitionCause.TrialFailed => FailureType is null ? "a trial failed or was slow" : $"a trial failed{Last}",
        DbTransitionCause.TrialHung => "no trial came back and the server fell silent",
        DbTransitionCause.ProbeAnswered => $"the server answered a probe ({ProbeElapsed.TotalMilliseconds:0} ms)",
        DbTransitionCause.BreakElapsed => "the break is over",
        DbTransitionCause.TrialsSucceeded => "enough trials succeeded",
        DbTransitionCause.Isolated => Note is { Length: > 0 } ? $"isolated: {Note}" : "isolated",
        DbTransitionCause.IsolationEnded => "the isolation's time is over",
        _ => "reset",
    };

    private string Last => FailureType is null ? "" : $", the last one with {FailureType}";

    /// <summary>The transition in one line.</summary>
    public override string ToString() =>
        $"{GuardName}: {From} -> {To}: {Reason} ({PermitsInUse} of {PermitLimit} permits in use, {Waiting} waiting)";
}
