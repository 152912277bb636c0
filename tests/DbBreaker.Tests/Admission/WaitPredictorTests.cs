using DbBreaker.Admission;

namespace DbBreaker.Tests.Admission;

public sealed class WaitPredictorTests
{
    private const long Ms = TimeSpan.TicksPerMillisecond;
    private readonly WaitPredictor _waits = new();

    [Fact]
    public void The_wait_is_the_position_times_the_interval_at_which_permits_come_back()
    {
        Learn(10);
        _waits.BecameFull(0);
        Assert.Equal(500, _waits.Predict(999, 20, 20, 0).TotalMilliseconds);
    }

    [Fact]
    public void Silence_beyond_four_holds_makes_the_wait_long()
    {
        Learn(10);
        _waits.BecameFull(0);
        Assert.True(_waits.Predict(100, 20, 20, 140 * Ms) < TimeSpan.FromSeconds(1));
        Assert.True(_waits.Predict(100, 20, 20, 141 * Ms) > TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void What_passed_unattended_was_no_silence()
    {
        Learn(10);
        _waits.BecameFull(0);
        _waits.WasUnattended(200 * Ms);
        Assert.True(_waits.Predict(100, 20, 20, 300 * Ms) < TimeSpan.FromSeconds(1));
        Assert.True(_waits.Predict(100, 20, 20, 341 * Ms) > TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void A_permit_that_comes_back_ends_the_silence()
    {
        Learn(10);
        _waits.BecameFull(0);
        _waits.Returned(200 * Ms, somebodyWaits: true);
        Assert.True(_waits.Predict(100, 20, 20, 210 * Ms) < TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void A_queue_that_timed_out_does_not_start_the_silence_anew()
    {
        Learn(10);
        _waits.BecameFull(0);
        _waits.BecameFull(2_000 * Ms);
        Assert.True(_waits.Predict(5, 20, 20, 2_010 * Ms) > TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void An_idle_time_is_no_silence()
    {
        Learn(10);
        _waits.BecameFull(0);
        _waits.Returned(10 * Ms, somebodyWaits: false);
        _waits.BecameFull(60_000 * Ms);
        Assert.True(_waits.Predict(999, 20, 20, 60_010 * Ms) <= TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void A_cold_guard_does_not_take_its_first_connects_for_silence()
    {
        _waits.BecameFull(0);
        Assert.Equal(TimeSpan.Zero, _waits.Predict(500, 20, 20, 400 * Ms));
        Assert.True(_waits.Predict(500, 20, 20, 600 * Ms) > TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void The_mean_follows_the_holds_and_is_never_negative()
    {
        for (int i = 0; i < 100; i++) _waits.Held(10 * Ms);
        Assert.Equal(10, _waits.MeanHold.TotalMilliseconds);
        for (int i = 0; i < 100; i++) _waits.Held(50 * Ms);
        Assert.InRange(_waits.MeanHold.TotalMilliseconds, 45, 50);
        for (int i = 0; i < 1_000; i++) _waits.Held(-Ms);
        Assert.True(_waits.MeanHold >= TimeSpan.Zero);
    }

    [Fact]
    public void Connects_that_are_expected_are_no_silence_for_a_while()
    {
        Learn(10);
        _waits.ExpectConnects(0);
        _waits.BecameFull(0);
        Assert.True(_waits.Predict(100, 20, 20, 400 * Ms) < TimeSpan.FromSeconds(1));
        Assert.True(_waits.Predict(100, 20, 20, 600 * Ms) > TimeSpan.FromSeconds(2));

        _waits.Returned(950 * Ms, somebodyWaits: true);
        Assert.True(_waits.Predict(100, 20, 20, 1_100 * Ms) > TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void First_holds_say_nothing_of_those_to_come()
    {
        for (int i = 0; i < 20; i++) _waits.Held(500 * Ms);
        _waits.BecameFull(0);
        Assert.Equal(TimeSpan.Zero, _waits.Predict(980, 20, 20, 0));
        Learn(10);
        Assert.InRange(_waits.Predict(980, 20, 20, 0).TotalMilliseconds, 400, 1_000);
    }

    [Fact]
    public void A_hold_with_a_connect_in_it_does_not_make_a_burst_after_a_rest_look_long()
    {
        Learn(10);
        _waits.ExpectConnects(0);
        _waits.BecameFull(0);
        for (int i = 0; i < 20; i++) _waits.Held(300 * Ms);
        _waits.Returned(300 * Ms, somebodyWaits: true);
        Assert.Equal(TimeSpan.Zero, _waits.Predict(980, 20, 20, 300 * Ms));
    }

    [Theory]
    [InlineData(0, 3.33)]
    [InlineData(2, 10)]
    [InlineData(8, 20)]
    [InlineData(20, 30)]
    [InlineData(60, 50)]
    public void Permits_that_double_with_each_round_of_a_recovery_shorten_the_wait(int position, double milliseconds)
    {
        Learn(10);
        _waits.BecameFull(0);
        Assert.Equal(milliseconds, _waits.Predict(position, 3, 20, 0).TotalMilliseconds, 0.1);
    }

    [Fact]
    public void The_longest_wait_does_not_overflow()
    {
        for (int i = 0; i < 32; i++) _waits.Held(long.MaxValue / 2);
        Assert.True(_waits.Predict(1_000_000, 1, 1, 0) > TimeSpan.FromDays(1));
    }

    private void Learn(int milliseconds)
    {
        for (int i = 0; i < 32; i++) _waits.Held(milliseconds * Ms);
    }
}
