namespace DbBreaker.Tests.Rules;

public sealed class Rule11_AHungProbeNeverLatches
{
    [Fact]
    public void A_probe_that_disregards_its_token_is_unanswered_at_its_deadline()
    {
        var bench = new GuardBench(probed: true);
        using DbGuardLease stuck = bench.Guard.Acquire();
        bench.AdvanceToProbe();
        bench.AdvanceMs(700);
        Assert.Equal(CircuitState.Closed, bench.Guard.State);
        bench.AdvanceMs(100);
        Assert.Equal(CircuitState.Open, bench.Guard.State);
    }

    [Fact]
    public void Further_probes_follow_a_hung_one()
    {
        var bench = new GuardBench(probed: true);
        bench.Break();
        bench.AdvanceToProbe(3);
        Assert.Equal(CircuitState.Open, bench.Guard.State);
    }

    [Fact]
    public void An_answer_after_the_deadline_is_noticed_when_it_comes()
    {
        var bench = new GuardBench(o => o.ProbeInterval = o.MaxProbeInterval = TimeSpan.FromSeconds(30), probed: true);
        bench.Break();
        bench.AdvanceToProbe();
        bench.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal((CircuitState.Open, 1), (bench.Guard.State, bench.Probe.Calls));

        bench.Probe.Answer();
        bench.Advance(GuardBench.Tick);
        Assert.Equal(CircuitState.HalfOpen, bench.Guard.State);
        Assert.Equal(DbTransitionCause.ProbeAnswered, bench.Transitions[^1].Cause);
    }

    [Fact]
    public void A_refusal_after_the_deadline_is_no_news()
    {
        var bench = new GuardBench(o => o.ProbeInterval = o.MaxProbeInterval = TimeSpan.FromSeconds(30), probed: true);
        bench.Break();
        bench.AdvanceToProbe();
        bench.Advance(TimeSpan.FromSeconds(10));
        bench.Probe.Refuse();
        bench.Advance(GuardBench.Tick);
        Assert.Equal(CircuitState.Open, bench.Guard.State);
    }

    [Fact]
    public void Probes_that_hang_for_ever_leave_the_decision_to_the_breaks_length()
    {
        var bench = new GuardBench(probed: true);
        bench.Break();
        bench.AdvanceWhileOthersRun(() => bench.Guard.State == CircuitState.HalfOpen);
        Assert.Equal(DbTransitionCause.BreakElapsed, bench.Transitions[^1].Cause);
        Assert.InRange(bench.Probe.Calls, 2, 8);
        bench.Succeed(3);
        Assert.Equal(CircuitState.Closed, bench.Guard.State);
    }

    [Fact]
    public void A_probe_that_throws_at_once_is_no_answer_and_the_next_one_is_sent()
    {
        var bench = new GuardBench(o => o.Probe = _ => throw new InvalidOperationException("no"));
        using DbGuardLease stuck = bench.Guard.Acquire();
        bench.AdvanceWhileOthersRun(() => bench.Guard.State == CircuitState.Open);
        bench.AdvanceMs(3_000);
        Assert.Equal(CircuitState.Open, bench.Guard.State);
    }

    [Theory]
    [InlineData("53300")]
    [InlineData("28P01")]
    [InlineData("40001")]
    public void A_probe_refused_by_the_server_was_answered(string sqlState)
    {
        var server = new FakeServer { RefusesOpen = new Failures.FakeDbException(sqlState) };
        var bench = new GuardBench(server: server);
        bench.Break();
        bench.AdvanceWhileOthersRun(() => bench.Guard.State == CircuitState.HalfOpen);
        Assert.Equal(DbTransitionCause.ProbeAnswered, bench.Transitions[^1].Cause);
    }

    [Fact]
    public void A_probe_whose_command_gets_an_error_was_answered_and_one_that_is_cut_off_was_not()
    {
        var server = new FakeServer { RefusesCommand = GuardBench.Gone() };
        var bench = new GuardBench(server: server);
        bench.Break();
        bench.AdvanceWhileOthersRun(() => server.Probes >= 3);
        Assert.Equal(CircuitState.Open, bench.Guard.State);
        server.RefusesCommand = new Failures.FakeDbException("42501");
        bench.AdvanceWhileOthersRun(() => bench.Guard.State == CircuitState.HalfOpen);
    }

    [Fact]
    public void A_probe_that_cannot_be_sent_tells_nothing_and_the_break_decides()
    {
        var server = new FakeServer { CannotBeAsked = new NotSupportedException("no factory") };
        var bench = new GuardBench(server: server);
        bench.Break();
        bench.AdvanceWhileOthersRun(() => bench.Guard.State == CircuitState.HalfOpen);
        Assert.Equal(DbTransitionCause.BreakElapsed, bench.Transitions[^1].Cause);
    }

    [Fact]
    public void A_frozen_servers_probe_runs_on_a_thread_of_its_own_and_its_thaw_is_noticed()
    {
        var server = new FakeServer();
        server.Thawed.Reset();
        var bench = new GuardBench(server: server);
        using DbGuardLease stuck = bench.Guard.Acquire();
        bench.AdvanceWhileOthersRun(() => bench.Guard.State == CircuitState.Open);
        server.Thawed.Set();
        bench.AdvanceWhileOthersRun(() => bench.Guard.State == CircuitState.HalfOpen);
    }
}
