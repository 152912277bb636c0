namespace DbBreaker.CircuitBreaker;

/// <summary>The length of the next break: the base, doubling with each failed recovery up to the maximum. Grown breaks
/// are shortened by up to a fifth at random, never below the base, so that instances do not return in step.</summary>
internal static class BreakBackoff
{
    private const double JitterShare = 0.2;
    private const int MaxDoublings = 30;

    public static TimeSpan Next(TimeSpan first, TimeSpan max, int failedRecoveries, double random)
    {
        if (failedRecoveries == 0) return first;
        double grown = first.Ticks * Math.Pow(2, Math.Min(failedRecoveries, MaxDoublings));
        double capped = Math.Min(grown, max.Ticks);
        return TimeSpan.FromTicks(Math.Max(first.Ticks, (long)(capped * (1 - JitterShare * random))));
    }
}
