namespace DbBreaker.Tests.Rules;

public sealed class Rule14_StalePoolsAreCleared
{
    [Fact]
    public void The_pool_is_cleared_before_the_first_trial()
    {
        var server = new FakeServer { RefusesOpen = GuardBench.Gone() };
        var bench = new GuardBench(server: server);
        bench.Break();
        bench.AdvanceMs(1_000);
        Assert.Equal(0, server.ClearedPools);
        server.RefusesOpen = null;
        bench.AdvanceWhileOthersRun(() => bench.Guard.State == CircuitState.HalfOpen);
        Assert.Equal(1, server.ClearedPools);
        bench.Play("S*3 =Closed");
        Assert.Equal(1, server.ClearedPools);
    }

    [Fact]
    public void A_pool_that_cannot_be_cleared_does_not_stop_the_recovery()
    {
        var server = new FakeServer { KeepsPool = new NotSupportedException("no") };
        var bench = new GuardBench(server: server);
        bench.Break();
        bench.AdvanceWhileOthersRun(() => bench.Guard.State == CircuitState.HalfOpen);
        bench.Play("S*3 =Closed");
    }

    [Fact]
    public void Errors_of_a_server_that_became_read_only_clear_the_pool_once_in_a_while()
    {
        var server = new FakeServer();
        var bench = new GuardBench(server: server);
        void Write()
        {
            using DbGuardLease lease = bench.Guard.Acquire();
            lease.ReportFailure(new Failures.FakeDbException("25006"), DbPhase.Executing);
        }

        for (int i = 0; i < 100; i++) Write();
        Assert.Equal(1, server.ClearedPools);
        bench.AdvanceMs(5_100);
        for (int i = 0; i < 100; i++) Write();
        Assert.Equal(2, server.ClearedPools);
        Assert.Equal(CircuitState.Closed, bench.Guard.State);
    }
}
