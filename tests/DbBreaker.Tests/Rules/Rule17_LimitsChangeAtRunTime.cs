namespace DbBreaker.Tests.Rules;

public sealed class Rule17_LimitsChangeAtRunTime
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_raised_limit_lets_waiters_in_at_once()
    {
        var bench = new GuardBench(o => o.PermitLimit = 1);
        using DbGuardLease held = bench.Guard.Acquire();
        Task<DbGuardLease> waiting = bench.Guard.AcquireAsync(Token).AsTask();
        Change(bench, o => o.PermitLimit = 2);
        (await waiting).Dispose();
    }

    [Fact]
    public void A_lowered_limit_cancels_nobody_and_is_reached_as_permits_come_back()
    {
        var bench = new GuardBench(o => o.PermitLimit = 4);
        DbGuardLease[] held = [.. Enumerable.Range(0, 4).Select(_ => bench.Guard.Acquire())];
        Change(bench, o => o.PermitLimit = 2);
        Assert.All(held, l => Assert.True(l.IsHeld));
        held[0].Dispose();
        held[1].Dispose();
        Assert.False(bench.Guard.TryAcquire(out _));
        held[2].Dispose();
        Assert.True(bench.Guard.TryAcquire(out DbGuardLease next));
        next.Dispose();
        held[3].Dispose();
        Assert.Equal((0, 2), (bench.Now.PermitsInUse, bench.Now.PermitLimit));
    }

    [Fact]
    public async Task A_shorter_queue_turns_away_nobody_who_waits()
    {
        var bench = new GuardBench(o => o.PermitLimit = 1);
        DbGuardLease held = bench.Guard.Acquire();
        Task<DbGuardLease>[] waiting =
            [.. Enumerable.Range(0, 3).Select(_ => bench.Guard.AcquireAsync(Token).AsTask())];
        Change(bench, o => o.QueueLimit = 1);
        Assert.Equal(3, bench.Now.Waiting);
        Assert.Throws<DbPoolSaturatedException>(() => bench.Guard.Acquire());
        held.Dispose();
        foreach (Task<DbGuardLease> task in waiting) (await task).Dispose();
    }

    [Fact]
    public void Case_57_an_open_circuit_keeps_its_state_and_the_rest_of_its_break()
    {
        var bench = new GuardBench();
        bench.Break();
        bench.AdvanceMs(2_500);
        Change(bench, o =>
        {
            o.BreakDuration = TimeSpan.FromSeconds(30);
            o.FailureRatio = 0.9;
            o.SamplingDuration = TimeSpan.FromSeconds(1);
            o.PermitLimit = 7;
        });
        Assert.Equal(CircuitState.Open, bench.Guard.State);
        Assert.Equal(TimeSpan.FromMilliseconds(2_500), bench.Now.RetryAfter);
        bench.AdvanceMs(2_500);
        Assert.Equal([CircuitState.Open, CircuitState.HalfOpen], bench.States);
    }

    [Fact]
    public void A_half_open_circuit_keeps_its_trials()
    {
        var bench = new GuardBench();
        bench.Break();
        bench.AdvanceUntil(CircuitState.HalfOpen);
        bench.Play("S S");
        Change(bench, o => o.QueueLimit = 5);
        bench.Play("=HalfOpen S =Closed");
    }

    [Fact]
    public void A_mode_can_change_while_leases_are_held()
    {
        var bench = new GuardBench(o => o.PermitLimit = 2);
        DbGuardLease enforced = bench.Guard.Acquire();
        Change(bench, o => o.Mode = DbGuardMode.Observe);
        DbGuardLease[] observed = [.. Enumerable.Range(0, 5).Select(_ => bench.Guard.Acquire())];
        Change(bench, o => o.Mode = DbGuardMode.Disabled);
        DbGuardLease none = bench.Guard.Acquire();
        Assert.False(none.IsHeld);
        Change(bench, o => o.Mode = DbGuardMode.Enforce);
        Assert.False(bench.Guard.TryAcquire(out _));
        foreach (DbGuardLease lease in observed.Append(enforced).Append(none)) lease.Dispose();
        Assert.Equal(0, bench.Now.PermitsInUse);
    }

    private static void Change(GuardBench bench, Action<DbGuardOptions> change)
    {
        DbGuardOptions options = bench.Guard.Options.Clone();
        change(options);
        bench.Guard.Reconfigure(options);
    }
}
