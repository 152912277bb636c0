namespace DbBreaker.Admission;

/// <summary>How a wait for a permit ended.</summary>
internal enum WaitOutcome
{
    Granted,
    TimedOut,
    Rejected,
    Cancelled,
}
