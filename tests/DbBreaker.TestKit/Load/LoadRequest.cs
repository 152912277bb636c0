namespace DbBreaker.TestKit;

/// <summary>One request of a load. Times count from the load's start.</summary>
/// <param name="Index">Its number in the schedule, from zero.</param>
/// <param name="ScheduledAt">When it was due; its latency counts from here, whatever kept it from starting.</param>
/// <param name="EndedAt">When it ended; null when it did not.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Error">What it threw; null when it threw nothing.</param>
public sealed record LoadRequest(
    int Index, TimeSpan ScheduledAt, TimeSpan? EndedAt, LoadOutcome Outcome, Exception? Error)
{
    /// <summary>From its due time to its end; null when it did not end.</summary>
    public TimeSpan? Latency => EndedAt - ScheduledAt;

    /// <summary>The type name of <see cref="Error"/>; null when there is none.</summary>
    public string? ErrorKind => Error?.GetType().Name;
}
