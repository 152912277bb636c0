using DbBreaker.TestKit;

namespace Outage;

/// <summary>One contender through one outage: what happened, with the times of the fault on the load's clock.</summary>
internal sealed record Run(
    string Contender, LoadResult Load, TimeSpan FaultAt, TimeSpan BackAt, TimeSpan? OpenedAfter,
    Func<Exception, bool> IsRejection)
{
    // What a caller still takes for "at once", in contrast to the driver's own timeouts of many seconds.
    private static readonly TimeSpan _fast = TimeSpan.FromSeconds(2.1);

    public TimeSpan? FirstFastFailure => Since(FaultAt, Load.FirstFailureAfter(FaultAt, _fast), until: BackAt);

    public int MostStuck => Load.MaxInFlightBetween(FaultAt, BackAt);

    public TimeSpan? FirstSuccess => Since(BackAt, Load.FirstSuccessAfter(BackAt), until: null);

    public int RejectionsAfter => Load.RejectionsAfter(BackAt);

    // A request that was due after the server was back and failed all the same, other than by a rejection.
    public int FailuresOfNewcomers =>
        Load.Requests.Count(r => r.ScheduledAt > BackAt && r.Outcome == LoadOutcome.Failed);

    public TimeSpan? LongestWait => Load.Requests
        .Where(r => r.Outcome is LoadOutcome.Failed or LoadOutcome.Rejected).Max(r => r.Latency);

    public TimeSpan? MedianWait
    {
        get
        {
            TimeSpan[] waits = [.. Load.Requests
                .Where(r => r.Outcome is LoadOutcome.Failed or LoadOutcome.Rejected && r.ScheduledAt < BackAt)
                .Select(r => r.Latency ?? TimeSpan.Zero).Order()];
            return waits.Length == 0 ? null : waits[waits.Length / 2];
        }
    }

    private static TimeSpan? Since(TimeSpan from, LoadRequest? request, TimeSpan? until) =>
        request?.EndedAt is { } at && (until is null || at <= until) ? at - from : null;
}
