namespace DbBreaker.Telemetry;

/// <summary>Why a call was, or in observe mode would have been, turned away.</summary>
internal enum RejectionCause
{
    /// <summary>The circuit was open or isolated.</summary>
    Open,

    /// <summary>No permit was free in time.</summary>
    Saturated,

    /// <summary>Nothing was rejected; enforcing, the guard would have.</summary>
    Observed,
}
