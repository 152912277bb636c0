namespace DbBreaker.Tests.GuardTests;

public sealed class ControlTests
{
    [Theory]
    [InlineData(CircuitState.Closed)]
    [InlineData(CircuitState.Open)]
    [InlineData(CircuitState.HalfOpen)]
    [InlineData(CircuitState.Isolated)]
    public void A_guard_is_isolated_and_reset_from_every_state(CircuitState from)
    {
        GuardBench bench = In(from);
        bench.Guard.Isolate("maintenance");
        Assert.Equal(CircuitState.Isolated, bench.Guard.State);
        // Isolating twice is one transition, with the reason of the first.
        string reason = from == CircuitState.Isolated ? "isolated: before" : "isolated: maintenance";
        Assert.Equal(reason, bench.Now.Reason);
        string text = Assert.Throws<DbCircuitOpenException>(() => bench.Guard.Acquire()).Message;
        Assert.Contains(reason, text);
        Assert.Contains("it stays so until it is reset", text);
        bench.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(CircuitState.Isolated, bench.Guard.State);
        bench.Guard.Reset();
        bench.Play("=Closed S");
        Assert.Equal(100, bench.Now.PermitLimit);
    }

    [Theory]
    [InlineData(CircuitState.Closed)]
    [InlineData(CircuitState.Open)]
    [InlineData(CircuitState.HalfOpen)]
    [InlineData(CircuitState.Isolated)]
    public void A_reset_closes_from_every_state_and_gives_all_permits_back_at_once(CircuitState from)
    {
        GuardBench bench = In(from);
        bench.Guard.Reset();
        bench.Play("=Closed S");
        Assert.Equal((100, TimeSpan.Zero), (bench.Now.PermitLimit, bench.Now.RetryAfter));
    }

    [Fact]
    public void A_leak_is_reported_once_with_where_it_was_taken()
    {
        var bench = new GuardBench(o => o.LeakThreshold = TimeSpan.FromSeconds(2));
        var leaks = new List<(TimeSpan Age, string TakenAt)>();
        bench.Guard.LeakSuspected += (_, age, takenAt) => leaks.Add((age, takenAt));
        using DbGuardLease lease = bench.Guard.Acquire();
        bench.AdvanceMs(1_900);
        Assert.Empty(leaks);
        bench.Advance(TimeSpan.FromSeconds(30));
        (TimeSpan age, string takenAt) = Assert.Single(leaks);
        Assert.InRange(age, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3));
        Assert.Contains(nameof(A_leak_is_reported_once_with_where_it_was_taken), takenAt);
    }

    [Fact]
    public void A_snapshot_tells_what_there_is()
    {
        var bench = new GuardBench(o => o.PermitLimit = 5);
        bench.Play("S S F");
        using DbGuardLease held = bench.Guard.Acquire();
        bench.AdvanceMs(200);
        DbGuardSnapshot now = bench.Now;
        Assert.Equal(("orders", CircuitState.Closed, "", 5, 1, 0), (
            now.Name, now.State, now.Reason, now.PermitLimit, now.PermitsInUse, now.Waiting));
        Assert.Equal((3, 1, 0), (now.Operations, now.Failures, now.Transitions));
        Assert.Equal(TimeSpan.FromMilliseconds(200), now.LongestHold);
        Assert.Null(now.ProbeAnswered);
        for (int i = 0; i < 50; i++)
        {
            bench.Guard.Isolate();
            bench.Guard.Reset();
        }

        Assert.Equal((100, 64), (bench.Now.Transitions, bench.Now.RecentTransitions.Count));
    }

    [Fact]
    public void A_saturated_server_is_counted_apart_and_opens_nothing()
    {
        var bench = new GuardBench();
        for (int i = 0; i < 100; i++)
        {
            using DbGuardLease lease = bench.Guard.Acquire();
            lease.ReportFailure(new Failures.FakeDbException("53300"), DbPhase.Opening);
        }

        Assert.Equal((CircuitState.Closed, 0, 100), (bench.Guard.State, bench.Now.Failures, bench.Now.Saturations));
    }

    private static GuardBench In(CircuitState state)
    {
        var bench = new GuardBench();
        if (state == CircuitState.Isolated) bench.Guard.Isolate("before");
        else if (state != CircuitState.Closed) bench.Break();
        if (state == CircuitState.HalfOpen) bench.AdvanceUntil(state);
        return bench;
    }
}
