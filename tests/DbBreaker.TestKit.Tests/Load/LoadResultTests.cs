namespace DbBreaker.TestKit.Tests;

public sealed class LoadResultTests
{
    private static readonly LoadResult Result = new(
    [
        Request(0, 0, 1, LoadOutcome.Succeeded),
        Request(1, 1, 9, LoadOutcome.Failed),
        Request(2, 2, 8, LoadOutcome.Failed),
        Request(3, 3, 3.1, LoadOutcome.Rejected),
        Request(4, 4, null, LoadOutcome.Unfinished),
        Request(5, 9.5, 9.7, LoadOutcome.Succeeded),
    ], TimeSpan.FromSeconds(10), 4);

    [Fact]
    public void The_first_failure_is_the_first_to_end()
    {
        Assert.Equal(3, Result.FirstFailureAfter(At(1))!.Index);
        Assert.Equal(2, Result.FirstFailureAfter(At(4))!.Index);
        Assert.Null(Result.FirstFailureAfter(At(4), fasterThan: At(1)));
    }

    [Fact]
    public void The_first_success_counts_from_its_end() => Assert.Equal(5, Result.FirstSuccessAfter(At(1))!.Index);

    [Fact]
    public void Rejections_and_failures_are_counted_apart()
    {
        Assert.Equal(1, Result.RejectionsAfter(At(3)));
        Assert.Equal(0, Result.RejectionsAfter(At(4)));
        Assert.Equal(2, Result.FailuresAfter(At(4)));
    }

    [Theory]
    [InlineData(0, 10, 3)]
    [InlineData(0, 0.5, 1)]
    [InlineData(8.5, 8.9, 2)]
    [InlineData(9.1, 9.4, 1)]
    public void The_most_in_flight_is_that_of_the_span(double from, double to, int most) =>
        Assert.Equal(most, Result.MaxInFlightBetween(At(from), At(to)));

    [Theory]
    [InlineData(0, null, 0.1)]
    [InlineData(50, LoadOutcome.Succeeded, 0.2)]
    [InlineData(100, null, 8)]
    public void A_percentile_is_the_latency_that_the_share_stayed_within(
        double percentile, LoadOutcome? outcome, double seconds) =>
        Assert.Equal(seconds, Result.LatencyPercentile(percentile, outcome)!.Value.TotalSeconds, 6);

    [Fact]
    public void A_second_carries_what_was_under_way_when_it_began()
    {
        var seconds = Result.Seconds();
        Assert.Equal(10, seconds.Count);
        Assert.Equal([1, 1, 2, 3, 3, 3, 3, 3, 3, 2], seconds.Select(second => second.MaxInFlight));
        Assert.Equal(new LoadSecond(9, 1, 1, 1, 0, 2), seconds[9]);
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    private static LoadRequest Request(int index, double scheduled, double? ended, LoadOutcome outcome) =>
        new(index, At(scheduled), ended is { } end ? At(end) : null, outcome,
            outcome is LoadOutcome.Failed or LoadOutcome.Rejected ? new TimeoutException() : null);
}
