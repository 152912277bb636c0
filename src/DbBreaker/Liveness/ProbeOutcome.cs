namespace DbBreaker.Liveness;

/// <summary>What the last probe said.</summary>
internal enum ProbeOutcome
{
    /// <summary>None was sent, or it is still within its deadline.</summary>
    Unknown,

    /// <summary>The server answered, if only with an error.</summary>
    Answered,

    /// <summary>No answer by the deadline.</summary>
    Unanswered,

    /// <summary>The attempt failed: refused, reset, unreachable.</summary>
    Failed,
}
