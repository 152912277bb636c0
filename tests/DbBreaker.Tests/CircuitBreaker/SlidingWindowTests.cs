using CsCheck;
using DbBreaker.CircuitBreaker;

namespace DbBreaker.Tests.CircuitBreaker;

public sealed class SlidingWindowTests
{
    private const long Slice = 100;
    private static readonly TimeSpan _duration = TimeSpan.FromTicks(10 * Slice);

    [Fact]
    public void It_counts_what_a_naive_list_of_calls_counts()
    {
        Gen<(long Step, bool Marked)> call = Gen.Select(
            Gen.Frequency((8, Gen.Long[0, 40]), (2, Gen.Long[0, 400]), (1, Gen.Long[0, 3_000])), Gen.Bool);
        call.List[0, 200].Sample(
            calls =>
            {
                var window = new SlidingWindow(_duration);
                var known = new List<(long At, bool Marked)>();
                long now = 0;
                foreach ((long step, bool marked) in calls)
                {
                    now += step;
                    window.Record(now, marked);
                    known.Add((now, marked));
                    if (window.Sum(now) != Naive(known, now)) return false;
                    if (window.Sum(now + 7 * Slice) != Naive(known, now + 7 * Slice)) return false;
                }

                return true;
            },
            iter: 2_000,
            seed: "0000KOIKFkK1");
    }

    [Fact]
    public void One_call_a_slice_leaves_as_many_calls_as_there_are_slices()
    {
        var window = new SlidingWindow(_duration);
        for (int i = 0; i < 25; i++) window.Record(i * Slice, marked: false);
        Assert.Equal(10, window.Sum(24 * Slice).Total);
        Assert.Equal(9, window.Sum(25 * Slice).Total);
    }

    [Fact]
    public void A_bucket_that_overflows_keeps_the_share()
    {
        var window = new SlidingWindow(_duration);
        for (int i = 0; i < 5_000_000; i++) window.Record(1, marked: i % 4 == 0);
        WindowCounts counts = window.Sum(1);
        Assert.InRange(counts.Ratio, 0.249, 0.251);
        Assert.InRange(counts.Total, 2_000_000, 5_000_000);
    }

    [Fact]
    public void Nothing_is_lost_between_threads()
    {
        var window = new SlidingWindow(_duration);
        Parallel.For(0, 4, _ =>
        {
            for (int i = 0; i < 100_000; i++) window.Record(5, marked: (i & 1) == 0);
        });
        Assert.Equal(new WindowCounts(400_000, 200_000), window.Sum(5));
    }

    [Fact]
    public void A_cleared_window_is_empty()
    {
        var window = new SlidingWindow(_duration);
        window.Record(1, marked: true);
        window.Clear();
        Assert.Equal(new WindowCounts(0, 0), window.Sum(1));
        Assert.Equal(0, window.Sum(1).Ratio);
    }

    private static WindowCounts Naive(List<(long At, bool Marked)> calls, long now)
    {
        long oldest = now / Slice - 9;
        (long At, bool Marked)[] inside = [.. calls.Where(c => c.At / Slice >= oldest)];
        return new WindowCounts(inside.Length, inside.Count(c => c.Marked));
    }
}
