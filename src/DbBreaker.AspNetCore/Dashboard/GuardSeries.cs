namespace DbBreaker.AspNetCore.Dashboard;

/// <summary>The timeline in columns, the oldest bucket first. A hold of null is a bucket without data.</summary>
internal sealed record GuardSeries(
    int[] Answered, int[] Failed, int[] Rejected, int[] FromFallback, int[] InUse, int[] Limit, int[] Waiting,
    double?[] HoldMs, string Strip)
{
    public static GuardSeries From(GuardTimeline timeline, long newest)
    {
        TimelineBucket[] buckets = [.. Last(timeline, newest)];
        return new GuardSeries(
            [.. buckets.Select(static b => b.Answered)],
            [.. buckets.Select(static b => b.Failed)],
            [.. buckets.Select(static b => b.Rejected)],
            [.. buckets.Select(static b => b.FromFallback)],
            [.. buckets.Select(static b => b.PermitsInUse)],
            [.. buckets.Select(static b => b.PermitLimit)],
            [.. buckets.Select(static b => b.Waiting)],
            [.. buckets.Select(static b => b.HasData ? Math.Round(b.HoldMs, 2) : (double?)null)],
            StripOf(timeline, newest));
    }

    public static string StripOf(GuardTimeline timeline, long newest) =>
        string.Concat(Last(timeline, newest).Select(static b => b.Letter));

    private static IEnumerable<TimelineBucket> Last(GuardTimeline timeline, long newest)
    {
        for (long i = newest - GuardTimeline.Buckets + 1; i <= newest; i++) yield return i < 0 ? default : timeline[i];
    }
}
