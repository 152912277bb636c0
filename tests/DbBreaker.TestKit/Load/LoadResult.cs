namespace DbBreaker.TestKit;

/// <summary>What a load recorded, and the questions that tests and reports ask of it.</summary>
public sealed class LoadResult
{
    internal LoadResult(IReadOnlyList<LoadRequest> requests, TimeSpan elapsed, int maxInFlight)
    {
        Requests = requests;
        Elapsed = elapsed;
        MaxInFlight = maxInFlight;
    }

    /// <summary>Every request that came due, in that order.</summary>
    public IReadOnlyList<LoadRequest> Requests { get; }

    /// <summary>How long the run took, with its drain.</summary>
    public TimeSpan Elapsed { get; }

    /// <summary>The most requests that were under way at once.</summary>
    public int MaxInFlight { get; }

    /// <summary>How many requests ended in this way.</summary>
    public int Count(LoadOutcome outcome) => Requests.Count(request => request.Outcome == outcome);

    /// <summary>
    /// The first failure or rejection that ended after <paramref name="from"/>; null when there is none.
    /// </summary>
    /// <param name="from">A time of the load, such as that of a freeze.</param>
    /// <param name="fasterThan">Only those that came within this time of their request's due time.</param>
    public LoadRequest? FirstFailureAfter(TimeSpan from, TimeSpan? fasterThan = null) =>
        FirstEnded(from, request => request.Outcome is LoadOutcome.Failed or LoadOutcome.Rejected
            && (fasterThan is null || request.Latency < fasterThan));

    /// <summary>The first success that ended after <paramref name="from"/>; null when there is none.</summary>
    public LoadRequest? FirstSuccessAfter(TimeSpan from) =>
        FirstEnded(from, request => request.Outcome == LoadOutcome.Succeeded);

    /// <summary>How many requests were rejected after <paramref name="from"/>.</summary>
    public int RejectionsAfter(TimeSpan from) => CountAfter(from, LoadOutcome.Rejected);

    /// <summary>How many requests failed, without being rejected, after <paramref name="from"/>.</summary>
    public int FailuresAfter(TimeSpan from) => CountAfter(from, LoadOutcome.Failed);

    /// <summary>The most requests under way at once between two times of the load.</summary>
    public int MaxInFlightBetween(TimeSpan from, TimeSpan to)
    {
        var atStart = Requests.Count(request => request.ScheduledAt <= from && !HasEndedBy(request, from));
        var current = atStart;
        var most = atStart;
        foreach (var (_, change) in Changes().Where(entry => entry.At > from && entry.At <= to))
            most = Math.Max(most, current += change);
        return most;
    }

    /// <summary>
    /// The latency that this share of the requests stayed within; null when no request of the kind ended.
    /// </summary>
    /// <param name="percentile">From 0 to 100, such as 99.</param>
    /// <param name="outcome">Only requests that ended so; all that ended unless given.</param>
    public TimeSpan? LatencyPercentile(double percentile, LoadOutcome? outcome = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(percentile);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percentile, 100);
        var latencies = Requests
            .Where(request => request.EndedAt is not null && (outcome is null || request.Outcome == outcome))
            .Select(request => request.Latency!.Value)
            .Order()
            .ToArray();
        var rank = (int)Math.Ceiling(percentile / 100 * latencies.Length) - 1;
        return latencies.Length == 0 ? null : latencies[Math.Max(rank, 0)];
    }

    /// <summary>How often each type of exception ended a request.</summary>
    public IReadOnlyDictionary<string, int> ErrorKinds() =>
        Requests.Where(request => request.ErrorKind is not null)
            .GroupBy(request => request.ErrorKind!)
            .ToDictionary(group => group.Key, group => group.Count());

    /// <summary>The load second by second, from its start to its last end.</summary>
    public IReadOnlyList<LoadSecond> Seconds()
    {
        var count = (int)Math.Ceiling(Elapsed.TotalSeconds);
        var scheduled = Requests.ToLookup(request => (int)request.ScheduledAt.TotalSeconds);
        var ended = Requests.Where(request => request.EndedAt is not null)
            .ToLookup(request => (int)request.EndedAt!.Value.TotalSeconds);
        var most = MaxInFlightBySecond(count);
        return
        [
            .. Enumerable.Range(0, count).Select(second => new LoadSecond(
                second, scheduled[second].Count(), Ended(second, LoadOutcome.Succeeded),
                Ended(second, LoadOutcome.Failed), Ended(second, LoadOutcome.Rejected), most[second])),
        ];

        int Ended(int second, LoadOutcome outcome) => ended[second].Count(request => request.Outcome == outcome);
    }

    private static bool HasEndedBy(LoadRequest request, TimeSpan at) => request.EndedAt <= at;

    private int[] MaxInFlightBySecond(int count)
    {
        var most = new int[count];
        var current = 0;
        var second = 0;
        foreach (var (at, change) in Changes())
        {
            // A second in which nothing happens has what was under way when it began.
            for (; second < (int)at.TotalSeconds && second < count - 1; second++)
                most[second + 1] = current;
            current += change;
            if (second < count)
                most[second] = Math.Max(most[second], current);
        }

        for (; second < count - 1; second++)
            most[second + 1] = current;
        return most;
    }

    private IEnumerable<(TimeSpan At, int Change)> Changes() =>
        Requests.Select(request => (At: request.ScheduledAt, Change: 1))
            .Concat(Requests.Where(request => request.EndedAt is not null)
                .Select(request => (At: request.EndedAt!.Value, Change: -1)))
            .OrderBy(entry => entry.At).ThenBy(entry => entry.Change);

    private LoadRequest? FirstEnded(TimeSpan from, Func<LoadRequest, bool> where) =>
        Requests.Where(request => request.EndedAt > from && where(request)).MinBy(request => request.EndedAt);

    private int CountAfter(TimeSpan from, LoadOutcome outcome) =>
        Requests.Count(request => request.EndedAt > from && request.Outcome == outcome);
}
