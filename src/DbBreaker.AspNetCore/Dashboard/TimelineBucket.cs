namespace DbBreaker.AspNetCore.Dashboard;

/// <summary>Five seconds of a guard.</summary>
internal struct TimelineBucket
{
    private const int FewShare = 20; // Up to one in twenty is worth a mark and not an alarm.

    /// <summary>Operations the server answered, well or with an error of the statement.</summary>
    public int Answered;

    /// <summary>Operations that failed because the server was gone or silent.</summary>
    public int Failed;

    /// <summary>Calls rejected, and in observe mode those that would have been.</summary>
    public int Rejected;

    /// <summary>Reads that a fallback answered.</summary>
    public int FromFallback;

    /// <summary>The most permits in use, of how many, and the most callers waiting.</summary>
    public int PermitsInUse, PermitLimit, Waiting;

    /// <summary>The mean hold at the end, in milliseconds.</summary>
    public float HoldMs;

    /// <summary>The worst state in it.</summary>
    public CircuitState State;

    public bool HasData;

    /// <summary>One letter for the strip: what an eye needs to see from across the room.</summary>
    public readonly char Letter => !HasData ? ' ' : State switch
    {
        CircuitState.Open => 'o',
        CircuitState.Isolated => 'i',
        CircuitState.HalfOpen => 'h',
        _ when (Failed + Rejected) * FewShare > Answered => 'f',
        _ when Failed + Rejected > 0 => 'e',
        _ when Waiting > 0 => 'w',
        _ when Answered > 0 => 'a',
        _ => 'q',
    };
}
