namespace DbBreaker.Liveness;

/// <summary>Why a guard asks the server while its circuit is not open.</summary>
internal enum SuspicionCause
{
    None,

    /// <summary>Most running operations are old and none finishes.</summary>
    Stall,

    /// <summary>Failures came in a row.</summary>
    Failures,

    /// <summary>Callers are turned away because no permit comes back.</summary>
    Saturation,
}
