namespace DbBreaker.Tests.Rules;

public sealed class Rule12_RetryAfterIsTrue
{
    [Fact]
    public void It_is_never_negative_and_never_beyond_the_end_of_the_break()
    {
        var bench = new GuardBench();
        bench.Break();
        DateTimeOffset opened = bench.Time.GetUtcNow();
        while (bench.Guard.State == CircuitState.Open)
        {
            TimeSpan elapsed = bench.Time.GetUtcNow() - opened;
            Assert.Equal(TimeSpan.FromSeconds(5) - elapsed, bench.Now.RetryAfter);
            Assert.Equal(
                bench.Now.RetryAfter, Assert.Throws<DbCircuitOpenException>(() => bench.Guard.Acquire()).RetryAfter);
            bench.AdvanceMs(50);
        }

        Assert.Equal(TimeSpan.Zero, bench.Now.RetryAfter);
        Assert.Equal(TimeSpan.FromSeconds(5), bench.Time.GetUtcNow() - opened);
    }

    [Fact]
    public void A_clock_that_jumps_far_makes_it_zero()
    {
        var time = new StoppableTime();
        DbGuard guard = new DbGuardRegistry(time).GetOrAdd("orders", new DbGuardOptions { MinimumThroughput = 2 });
        for (int i = 0; i < 2; i++)
        {
            using DbGuardLease lease = guard.Acquire();
            lease.ReportFailure(GuardBench.Gone(), DbPhase.Executing);
        }

        Assert.Equal(TimeSpan.FromSeconds(5), guard.GetSnapshot().RetryAfter);
        time.Stop(TimeSpan.FromHours(24));
        Assert.Equal(TimeSpan.Zero, guard.GetSnapshot().RetryAfter);
    }

    [Fact]
    public void While_a_probe_decides_it_is_the_time_to_the_next_probe()
    {
        var bench = new GuardBench(o => o.ProbeInterval = o.MaxProbeInterval = TimeSpan.FromSeconds(2), probed: true);
        bench.Break();
        Assert.Equal(TimeSpan.Zero, bench.Now.RetryAfter);
        bench.AdvanceToProbe();
        bench.AdvanceMs(800);
        Assert.InRange(bench.Now.RetryAfter, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1.3));
    }

    [Fact]
    public void A_saturated_guard_says_a_hold_time_and_never_more_than_the_queue_allows()
    {
        var bench = new GuardBench(o =>
        {
            o.PermitLimit = 1;
            o.QueueLimit = 0;
        });
        using (bench.Guard.Acquire()) bench.AdvanceMs(40);
        using DbGuardLease held = bench.Guard.Acquire();
        TimeSpan oneHold = Assert.Throws<DbPoolSaturatedException>(() => bench.Guard.Acquire()).RetryAfter;
        Assert.InRange(oneHold.TotalMilliseconds, 39, 40);
        held.Dispose();
        for (int i = 0; i < 20; i++)
        {
            using DbGuardLease slow = bench.Guard.Acquire();
            bench.Advance(TimeSpan.FromSeconds(60));
        }

        using DbGuardLease again = bench.Guard.Acquire();
        Assert.Equal(
            TimeSpan.FromSeconds(2), Assert.Throws<DbPoolSaturatedException>(() => bench.Guard.Acquire()).RetryAfter);
    }
}
