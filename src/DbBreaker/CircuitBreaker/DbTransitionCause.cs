namespace DbBreaker;

/// <summary>Why a circuit changed its state.</summary>
public enum DbTransitionCause
{
    /// <summary>The share of failures in the window reached <see cref="DbGuardOptions.FailureRatio"/>.</summary>
    FailureRatio,

    /// <summary>The share of slow operations in the window reached
    /// <see cref="DbGuardOptions.SlowCallRatio"/>.</summary>
    SlowCallRatio,

    /// <summary>Operations stalled or failed in a row, and the server did not answer the probe.</summary>
    ProbeUnanswered,

    /// <summary>A trial call failed, or was slow where slow calls count.</summary>
    TrialFailed,

    /// <summary>No trial call came back in time.</summary>
    TrialHung,

    /// <summary>The server answered the probe.</summary>
    ProbeAnswered,

    /// <summary>The break is over and no probe can tell.</summary>
    BreakElapsed,

    /// <summary>Enough trial calls succeeded.</summary>
    TrialsSucceeded,

    /// <summary><see cref="DbGuard.Isolate"/> was called.</summary>
    Isolated,

    /// <summary><see cref="DbGuard.Reset"/> was called.</summary>
    Reset,

    /// <summary>The time that <see cref="DbGuard.Isolate"/> was given is over.</summary>
    IsolationEnded,
}
