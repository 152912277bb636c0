using DbBreaker.Data;

namespace DbBreaker.Tests.Rules;

public sealed class Rule07_ResultsOfAnEarlierGenerationAreIgnored
{
    [Fact]
    public void An_old_failure_neither_counts_nor_reopens_nor_raises_suspicion()
    {
        var bench = new GuardBench(probed: true);
        DbGuardLease old = bench.Guard.Acquire();
        bench.Break();
        bench.AdvanceToProbe();
        bench.Probe.Answer();
        bench.AdvanceUntil(CircuitState.HalfOpen);

        old.ReportFailure(GuardBench.Gone(), DbPhase.Executing);
        old.Dispose();
        bench.AdvanceMs(500);

        Assert.Equal(CircuitState.HalfOpen, bench.Guard.State);
        Assert.Equal(1, bench.Probe.Calls);
    }

    [Fact]
    public void An_old_success_closes_nothing()
    {
        var bench = new GuardBench(o => o.SuccessesToClose = 1);
        DbGuardLease old = bench.Guard.Acquire();
        bench.Break();
        bench.AdvanceUntil(CircuitState.HalfOpen);
        old.ReportSuccess();
        Assert.Equal(CircuitState.HalfOpen, bench.Guard.State);
    }

    [Fact]
    public void A_trial_that_ends_after_the_close_says_nothing_of_the_closed_circuit()
    {
        var bench = new GuardBench(o => o.SuccessesToClose = 1);
        bench.Break();
        bench.AdvanceUntil(CircuitState.HalfOpen);
        DbGuardLease trial = bench.Guard.Acquire();
        bench.Succeed();
        Assert.Equal(CircuitState.Closed, bench.Guard.State);
        trial.ReportFailure(GuardBench.Gone(), DbPhase.Executing);
        Assert.Equal(0, bench.Now.Failures);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_command_in_a_transaction_from_before_the_outage_decides_no_trial(bool isAsync)
    {
        var session = new SessionBench(new GuardBench(o => o.SuccessesToClose = 1));
        session.Open();
        session.Session.TransactionStarted();
        session.Bench.Break();
        session.Bench.AdvanceUntil(CircuitState.HalfOpen);

        session.Session.Succeeded(await session.BeginAsync(isAsync));
        OperationStamp command = await session.BeginAsync(isAsync);
        session.Session.Failed(command, GuardBench.Gone(), DbPhase.Executing);

        Assert.Equal(CircuitState.HalfOpen, session.Bench.Guard.State);
    }

    [Fact]
    public void A_command_in_a_transaction_of_a_trial_counts()
    {
        var session = new SessionBench(new GuardBench(o => o.SuccessesToClose = 1));
        session.Bench.Break();
        session.Bench.AdvanceUntil(CircuitState.HalfOpen);
        session.Open();
        session.Session.TransactionStarted();
        session.Run();
        Assert.Equal(CircuitState.Closed, session.Bench.Guard.State);
    }

    [Fact]
    public void An_idle_connection_from_before_the_outage_that_falls_reopens_nothing()
    {
        var session = new SessionBench(new GuardBench());
        session.Open();
        session.Use();
        session.Bench.Break();
        session.Bench.AdvanceUntil(CircuitState.HalfOpen);
        session.Fall();
        Assert.Equal(CircuitState.HalfOpen, session.Bench.Guard.State);
    }
}
