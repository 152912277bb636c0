namespace DbBreaker.Tests.Rules;

public sealed class Rule08_OpeningAtOnceOrBySuspicion
{
    [Fact]
    public void The_ratio_opens_at_once_without_a_probe()
    {
        var bench = new GuardBench(o => o.MinimumThroughput = 4, probed: true);
        bench.Play("S*2 F*2 =Open");
        Assert.Equal(0, bench.Probe.Calls);
    }

    [Fact]
    public void A_stall_and_a_silent_probe_open()
    {
        var bench = new GuardBench(probed: true);
        using DbGuardLease stuck = bench.Guard.Acquire();
        bench.AdvanceMs(400);
        Assert.Equal(0, bench.Probe.Calls);
        bench.AdvanceToProbe();
        bench.AdvanceUntil(CircuitState.Open, TimeSpan.FromMilliseconds(850));

        DbGuardTransition opened = bench.Transitions[^1];
        Assert.Equal(DbTransitionCause.ProbeUnanswered, opened.Cause);
        Assert.Equal((1, 1), (opened.Running, opened.Stalled));
        Assert.False(opened.ProbeAnswered);
    }

    [Fact]
    public void A_stall_and_an_answered_probe_open_nothing_however_long_it_lasts()
    {
        var bench = new GuardBench(probed: true);
        DbGuardLease[] reports = [.. Enumerable.Range(0, 20).Select(_ => bench.Guard.Acquire())];
        for (int i = 1; i <= 5; i++)
        {
            bench.AdvanceToProbe(i);
            bench.Probe.Answer();
            bench.Advance(GuardBench.Tick);
        }

        foreach (DbGuardLease report in reports) report.ReportSuccess();
        Assert.Empty(bench.Transitions);
    }

    [Fact]
    public void A_stall_and_a_refused_probe_open()
    {
        var bench = new GuardBench(probed: true);
        using DbGuardLease stuck = bench.Guard.Acquire();
        bench.AdvanceToProbe();
        bench.Probe.Refuse();
        bench.Advance(GuardBench.Tick);
        Assert.Equal(CircuitState.Open, bench.Guard.State);
    }

    [Fact]
    public void Three_failures_in_a_row_and_a_silent_probe_open_below_the_minimum_throughput()
    {
        var bench = new GuardBench(probed: true);
        bench.Fail(2);
        bench.AdvanceMs(500);
        Assert.Equal(0, bench.Probe.Calls);
        bench.Fail();
        bench.AdvanceToProbe();
        bench.AdvanceUntil(CircuitState.Open, TimeSpan.FromMilliseconds(850));
    }

    [Fact]
    public void Three_failures_in_a_row_and_an_answered_probe_open_nothing()
    {
        var bench = new GuardBench(probed: true);
        bench.Fail(3);
        bench.AdvanceToProbe();
        bench.Probe.Answer();
        bench.AdvanceMs(200);
        Assert.Equal(CircuitState.Closed, bench.Guard.State);
    }

    [Fact]
    public void A_success_since_the_suspicion_outweighs_a_probe_that_was_too_slow()
    {
        var bench = new GuardBench(probed: true);
        using DbGuardLease stuck = bench.Guard.Acquire();
        bench.AdvanceToProbe();
        bench.AdvanceMs(100);
        bench.Succeed();
        bench.AdvanceMs(750);
        Assert.Equal(CircuitState.Closed, bench.Guard.State);
    }

    [Fact]
    public void Slow_reports_beside_operations_that_finish_are_no_stall()
    {
        var bench = new GuardBench(probed: true);
        using DbGuardLease report = bench.Guard.Acquire();
        for (int i = 0; i < 60; i++)
        {
            bench.AdvanceMs(200);
            bench.Succeed();
        }

        Assert.Equal(0, bench.Probe.Calls);
    }

    [Fact]
    public void An_idle_open_connection_is_no_stall()
    {
        var session = new SessionBench(new GuardBench(probed: true));
        session.Open();
        session.Run();
        session.Bench.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(0, session.Bench.Probe.Calls);
    }

    [Fact]
    public void An_open_that_hangs_is_a_stall()
    {
        var session = new SessionBench(new GuardBench(probed: true));
        session.Session.BeforeOpen();
        session.Bench.AdvanceToProbe();
        session.Bench.AdvanceUntil(CircuitState.Open, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Without_a_probe_nothing_but_the_ratio_opens()
    {
        var bench = new GuardBench();
        using DbGuardLease stuck = bench.Guard.Acquire();
        bench.Fail(5);
        bench.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(CircuitState.Closed, bench.Guard.State);
    }

    [Fact]
    public void One_caller_at_a_time_is_enough_to_notice_a_freeze_within_a_second_and_a_half()
    {
        var bench = new GuardBench(o => o.PermitLimit = 100, probed: true);
        for (int i = 0; i < 20; i++)
        {
            bench.Succeed();
            bench.AdvanceMs(500);
        }

        DateTimeOffset frozen = bench.Time.GetUtcNow();
        using DbGuardLease stuck = bench.Guard.Acquire();
        bench.AdvanceToProbe();
        bench.AdvanceUntil(CircuitState.Open);
        Assert.True(bench.Transitions[^1].At - frozen <= TimeSpan.FromMilliseconds(1_500));
    }
}
