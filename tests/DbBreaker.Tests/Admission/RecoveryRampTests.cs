using DbBreaker.Admission;

namespace DbBreaker.Tests.Admission;

public sealed class RecoveryRampTests
{
    private static readonly TimeSpan _normal = TimeSpan.FromMilliseconds(10);

    [Fact]
    public void The_window_doubles_with_each_round_of_successes()
    {
        var ramp = Make();
        Assert.Equal([3, 6, 12, 24], Rounds(ramp, 4));
    }

    [Fact]
    public void A_failure_halves_it_and_begins_the_round_anew_but_one_permit_stays()
    {
        RecoveryRamp ramp = Make();
        Rounds(ramp, 2);
        Assert.Equal(12, ramp.Window);
        for (int i = 0; i < 11; i++) Assert.False(ramp.Succeeded(_normal));
        Assert.True(ramp.Failed());
        Assert.Equal(6, ramp.Window);
        for (int i = 0; i < 5; i++) Assert.False(ramp.Succeeded(_normal));
        Assert.True(ramp.Failed());
        Assert.True(ramp.Failed());
        Assert.Equal(1, ramp.Window);
        Assert.False(ramp.Failed());
        Assert.Equal(1, ramp.Window);
    }

    [Fact]
    public void Slow_successes_do_not_widen_it()
    {
        RecoveryRamp ramp = Make();
        for (int i = 0; i < 100; i++) Assert.False(ramp.Succeeded(TimeSpan.FromMilliseconds(41)));
        Assert.False(ramp.Succeeded(TimeSpan.FromMilliseconds(40)));
        Assert.Equal(3, ramp.Window);
    }

    [Fact]
    public void Without_a_latency_from_before_every_success_counts()
    {
        var ramp = new RecoveryRamp(1, TimeSpan.FromSeconds(5), TimeSpan.Zero, 0);
        Assert.True(ramp.Succeeded(TimeSpan.FromHours(1)));
    }

    [Fact]
    public void It_is_over_at_the_limit_or_when_its_time_has_passed()
    {
        RecoveryRamp ramp = Make();
        Assert.False(ramp.IsOver(0, 20));
        Assert.True(ramp.IsOver(0, 3));
        Assert.False(ramp.IsOver(TimeSpan.FromSeconds(5).Ticks - 1, 20));
        Assert.True(ramp.IsOver(TimeSpan.FromSeconds(5).Ticks, 20));
    }

    [Fact]
    public void A_window_without_end_does_not_overflow()
    {
        var ramp = new RecoveryRamp(int.MaxValue / 2 + 1, TimeSpan.FromSeconds(5), TimeSpan.Zero, 0);
        Assert.True(ramp.Window > 0);
        Assert.False(ramp.Succeeded(_normal));
    }

    private static RecoveryRamp Make() => new(3, TimeSpan.FromSeconds(5), _normal, startedAt: 0);

    private static List<int> Rounds(RecoveryRamp ramp, int count)
    {
        var windows = new List<int>();
        for (int i = 0; i < count; i++)
        {
            windows.Add(ramp.Window);
            for (int calls = ramp.Window; calls > 0; calls--) ramp.Succeeded(_normal);
        }

        return windows;
    }
}
