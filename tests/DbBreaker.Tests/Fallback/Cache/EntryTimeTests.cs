using DbBreaker.Fallback;
using DbBreaker.Fallback.Cache;
using Microsoft.Extensions.Time.Testing;

namespace DbBreaker.Tests.Fallback.Cache;

public sealed class EntryTimeTests
{
    private static readonly DateTimeOffset _noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(_noon);

    [Fact]
    public void A_replica_s_rows_are_as_much_older_as_it_is_behind()
    {
        LagReading lag = Measure(lag: 3, sinceReplay: 3);
        _time.Advance(Seconds(1));
        // What it missed since it was asked nobody knows.
        EntryTime time = EntryTime.OfReplica(_time.GetUtcNow(), lag, _time);
        Assert.Equal(new EntryTime(_noon - Seconds(3), _noon - Seconds(3)), time);
    }

    [Fact]
    public void A_read_that_began_before_the_lag_was_measured_counts_from_its_begin() => Assert.Equal(
        _noon - Seconds(5),
        EntryTime.OfReplica(_noon - Seconds(2), Measure(lag: 3, sinceReplay: 3), _time).ReadAt);

    [Fact]
    public void The_outage_makes_a_replica_s_rows_no_older_and_gives_them_nothing_new()
    {
        EntryTime time = EntryTime.OfReplica(_noon, Measure(lag: 2, sinceReplay: 3602), _time);
        Assert.Equal(new EntryTime(_noon - Seconds(2), _noon - Seconds(3602)), time);
    }

    [Fact]
    public void A_replica_that_cannot_tell_its_lag_gives_rows_of_no_known_age() => Assert.Equal(
        new EntryTime(_noon, null), EntryTime.OfReplica(_noon, LagReading.None, _time));

    [Fact]
    public void Rows_may_lack_what_was_committed_after_they_were_level()
    {
        EntryTime primary = EntryTime.OfPrimary(_noon);
        EntryTime behind = new(_noon + Seconds(60), _noon - Seconds(1)), level = new(_noon, _noon);
        EntryTime unknown = new(_noon + Seconds(60), null), before = new(_noon, null);
        Assert.True(behind.MayLackRowsOf(primary));
        Assert.False(primary.MayLackRowsOf(behind));
        Assert.False(level.MayLackRowsOf(primary));
        Assert.True(unknown.MayLackRowsOf(behind));
        Assert.False(behind.MayLackRowsOf(unknown));
        Assert.True(before.MayLackRowsOf(unknown));
        Assert.False(unknown.MayLackRowsOf(before));
    }

    private LagReading Measure(int lag, int sinceReplay) => LagReading.None with
    {
        Lag = Seconds(lag), SinceReplay = Seconds(sinceReplay), At = _time.GetTimestamp(), IsKnown = true,
    };

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);
}
