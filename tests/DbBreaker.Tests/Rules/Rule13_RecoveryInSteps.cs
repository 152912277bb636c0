namespace DbBreaker.Tests.Rules;

public sealed class Rule13_RecoveryInSteps
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Callers_beyond_the_trials_wait_and_pass_when_the_circuit_closes(bool isAsync)
    {
        var bench = HalfOpen();
        DbGuardLease[] trials = [.. Enumerable.Range(0, 3).Select(_ => bench.Guard.Acquire())];
        Task<DbGuardLease> next = Callers.Acquire(bench.Guard, isAsync, TestContext.Current.CancellationToken);
        ScriptedProbe.Poll(() => bench.Now.Waiting == 1, "the caller waits");

        foreach (DbGuardLease trial in trials)
        {
            trial.ReportSuccess();
            trial.Dispose();
        }

        (await next).Dispose();
        Assert.Equal(CircuitState.Closed, bench.Guard.State);
    }

    [Fact]
    public async Task Callers_that_wait_are_rejected_when_a_trial_fails()
    {
        var bench = HalfOpen();
        DbGuardLease[] trials = [.. Enumerable.Range(0, 3).Select(_ => bench.Guard.Acquire())];
        Task<DbGuardLease> next = Callers.Acquire(bench.Guard, isAsync: true, TestContext.Current.CancellationToken);
        trials[0].ReportFailure(GuardBench.Gone(), DbPhase.Executing);
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => next);
        Assert.Equal(DbTransitionCause.TrialFailed, bench.Transitions[^1].Cause);
    }

    [Fact]
    public void After_trials_failed_although_the_probe_was_answered_the_break_is_served_in_full()
    {
        var bench = new GuardBench(probed: true);
        bench.Break();
        bench.AdvanceToProbe();
        bench.Probe.Answer();
        bench.AdvanceUntil(CircuitState.HalfOpen);
        bench.Fail();
        Assert.Equal(TimeSpan.FromSeconds(10), bench.Now.RetryAfter);

        bench.AdvanceMs(9_900);
        Assert.Equal(1, bench.Probe.Calls);
        bench.AdvanceToProbe(2);
        bench.Probe.Answer();
        bench.AdvanceUntil(CircuitState.HalfOpen);
        bench.Play("S*3 =Closed");
    }

    [Fact]
    public void Callers_stuck_in_the_outage_do_not_take_the_trials_places()
    {
        var bench = new GuardBench(o => o.PermitLimit = 20);
        DbGuardLease[] stuck = [.. Enumerable.Range(0, 17).Select(_ => bench.Guard.Acquire())];
        bench.Break();
        bench.AdvanceUntil(CircuitState.HalfOpen);
        DbGuardLease[] trials = [.. Enumerable.Range(0, 3).Select(_ => bench.Guard.Acquire())];
        Assert.False(bench.Guard.TryAcquire(out _));
        foreach (DbGuardLease lease in stuck.Concat(trials)) lease.Dispose();
        Assert.Equal(0, bench.Now.PermitsInUse);
    }

    [Fact]
    public void Without_a_probe_a_caller_stuck_in_the_outage_is_no_hung_trial()
    {
        var bench = new GuardBench();
        using DbGuardLease stuck = bench.Guard.Acquire();
        bench.Break();
        bench.AdvanceUntil(CircuitState.HalfOpen);
        bench.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(CircuitState.HalfOpen, bench.Guard.State);
    }

    [Fact]
    public void Trials_that_hang_on_a_server_that_answers_let_others_try_beside_them()
    {
        var bench = new GuardBench(probed: true);
        bench.Break();
        bench.AdvanceToProbe();
        bench.Probe.Answer();
        bench.AdvanceUntil(CircuitState.HalfOpen);
        DbGuardLease[] hung = [.. Enumerable.Range(0, 3).Select(_ => bench.Guard.Acquire())];
        Assert.False(bench.Guard.TryAcquire(out _));
        bench.AdvanceToProbe(2);
        bench.Probe.Answer();
        bench.Advance(GuardBench.Tick);
        bench.Play("S*3 =Closed");
        foreach (DbGuardLease lease in hung) lease.Dispose();
    }

    [Fact]
    public void Trials_that_hang_on_a_silent_server_open_again()
    {
        var bench = new GuardBench(probed: true);
        bench.Break();
        bench.AdvanceToProbe();
        bench.Probe.Answer();
        bench.AdvanceUntil(CircuitState.HalfOpen);
        using DbGuardLease hung = bench.Guard.Acquire();
        bench.AdvanceToProbe(2);
        bench.AdvanceUntil(CircuitState.Open, TimeSpan.FromSeconds(1));
        Assert.Equal(DbTransitionCause.TrialHung, bench.Transitions[^1].Cause);
    }

    [Fact]
    public void Permits_grow_with_successes_and_halve_on_a_failure()
    {
        var bench = HalfOpen(o => o.PermitLimit = 100);
        bench.Play("S*3 =Closed");
        var limits = new List<int> { bench.Now.PermitLimit };
        for (int round = 0; round < 3; round++)
        {
            bench.Succeed(bench.Now.PermitLimit);
            limits.Add(bench.Now.PermitLimit);
        }

        bench.Fail();
        limits.Add(bench.Now.PermitLimit);
        Assert.Equal([3, 6, 12, 24, 12], limits);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Trials_that_took_long_turn_away_nobody_behind_them(bool areBack)
    {
        var bench = HalfOpen(o => o.PermitLimit = 20);
        DbGuardLease[] trials = [.. Enumerable.Range(0, 3).Select(_ => bench.Guard.Acquire())];
        Task<DbGuardLease>[] waiting = [.. Enumerable.Range(0, 80).Select(_ => Wait())];
        bench.AdvanceMs(800);
        foreach (DbGuardLease trial in trials) trial.ReportSuccess();
        Assert.Equal(CircuitState.Closed, bench.Guard.State);
        if (areBack)
        {
            foreach (DbGuardLease trial in trials) trial.Dispose();
        }

        Task<DbGuardLease> next = Wait();

        Assert.False(next.IsFaulted, next.Exception?.ToString());
        Assert.DoesNotContain(waiting, static task => task.IsFaulted);

        Task<DbGuardLease> Wait() => bench.Guard.AcquireAsync(TestContext.Current.CancellationToken).AsTask();
    }

    [Fact]
    public void All_permits_are_back_when_the_ramps_time_is_over()
    {
        var bench = HalfOpen(o => o.PermitLimit = 100);
        bench.Play("S*3 =Closed");
        bench.AdvanceMs(4_900);
        Assert.Equal(3, bench.Now.PermitLimit);
        bench.AdvanceMs(200);
        Assert.Equal(100, bench.Now.PermitLimit);
    }

    [Fact]
    public void Without_a_ramp_all_permits_are_back_at_once()
    {
        var bench = HalfOpen(o => o.RecoveryRamp = TimeSpan.Zero);
        bench.Play("S*3 =Closed");
        Assert.Equal(100, bench.Now.PermitLimit);
    }

    private static GuardBench HalfOpen(Action<DbGuardOptions>? configure = null)
    {
        var bench = new GuardBench(configure);
        bench.Break();
        bench.AdvanceUntil(CircuitState.HalfOpen);
        return bench;
    }
}
