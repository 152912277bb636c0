namespace DbBreaker.Tests.CircuitBreaker;

/// <summary>
/// What other circuit breakers' own tests expect, and what this one does. Where it differs on purpose, the row says so.
/// The number is that of the survey of peers.
/// </summary>
public sealed class AcceptanceCaseTests
{
    /// <summary>Number, options, script. No probe, so that only the circuit decides.</summary>
    public static TheoryData<string, string, string> Cases => new()
    {
        { "1", "ratio=.1 min=10", "S*10 =Closed" },
        { "2: reaching the ratio is enough", "ratio=.1 min=10", "S*9 F =Open" },
        { "3", "ratio=.1 min=10", "S*8 F =Closed S F =Open" },
        { "4: judged when a failure arrives", "ratio=.5 min=10", "F*5 S*5 =Closed F =Open" },
        { "14: a cancelled trial frees its permit", "min=10", "F*10 +5000 =HalfOpen C*5 =HalfOpen S*3 =Closed" },
        { "15: an answered error is a success", "min=10", "F*10 +5000 =HalfOpen A*3 =Closed" },
        { "19: as 4, where resilience4j opens", "ratio=.5 min=5", "F*3 S*2 =Closed F =Open" },
        { "20", "ratio=.5 min=5", "S*3 F*2 =Closed F =Open" },
        { "21: slow", "slow=4000 slowRatio=.5 min=5 window=60000", "L5000 L5000 L100 L100 =Closed L5000 =Open" },
        { "23: the first failed trial reopens", "min=10 trials=4", "F*10 +5000 =HalfOpen F =Open" },
        { "23: a slow trial, too", "min=5 slow=4000 window=60000", "L5000 F*4 +5000 =HalfOpen L5000 =Open" },
        { "24: no report, no evidence", "min=10 trials=4", "F*10 +5000 S S I =HalfOpen S =Closed" },
        { "25", "min=10 trials=4 close=4", "F*10 +5000 I*4 =HalfOpen S*3 =HalfOpen S =Closed" },
        { "26", "min=10", "F*10 x +3000 x +3000 =HalfOpen" },
        { "27: breaks double", "min=10", "F*10 +5000 F =Open +6000 x +5000 =HalfOpen" },
        { "31: out of the window", "ratio=1 min=3 window=5000", "F +5000 F +1000 F =Closed" },
        { "31: within it", "ratio=1 min=3 window=10000", "F +5000 F +1000 F =Open" },
        { "34", "min=10 close=2", "F*10 +5000 S =HalfOpen F =Open" },
        { "35: syntax errors", "", "A*40 =Closed" },
        {
            "42: slow ratio", "slow=100 slowRatio=.8 min=10 window=60000",
            "S*3 " + Slow(7) + "=Closed " + Slow(5) + "=Open"
        },
        { "43", "ratio=.5 min=10", "F*6 S*3 =Closed F =Open" },
        { "45: two of three", "ratio=.66 min=3", "F S =Closed F =Open" },
        { "45: three of four", "ratio=.75 min=4", "S F F =Closed F =Open" },
        { "47: the wait", "min=10 break=60000", "F*10 +59000 x +1000 =HalfOpen" },
    };

    /// <summary>The cases that are no script, with where they are shown, or why they are not.</summary>
    private static readonly (int[] Numbers, string Where)[] _elsewhere =
    [
        ([5, 6, 7, 11, 16, 17, 18, 22, 28, 33, 40, 48], nameof(AcceptanceCaseTests)),
        ([8, 9, 10], nameof(OpenStateTests)),
        ([12], nameof(SlidingWindowTests)),
        ([13, 56], nameof(RegistryTests)),
        ([29], nameof(GuardTests.ModeTests)),
        ([30, 44], nameof(Admission.PermitPoolTests)),
        ([36], nameof(Rules.Rule10_WhatAnOpenCircuitRejects)),
        ([53], nameof(GuardTests.ControlTests) + ": a pool is suspended by Isolate, which rejects at once"),
        ([57], nameof(Rules.Rule17_LimitsChangeAtRunTime)),
        ([58], nameof(Rules.Rule15_NoSequenceLosesAPermit)),
        ([61], nameof(GuardTests.OpenBrakeTests)),
        ([54, 55, 59, 60], "the classifiers' tables and the drivers' tests on real servers"),
        ([37], "the integration tests, on a real server behind a fault proxy"),
        ([51, 52], "the fallback's tests: replicas take turns, and all unhealthy ones are tried"),
        ([32], "not: one exception counts once; time is not lumped"),
        ([38], "not: the driver's timeouts are the caller's; the probe has its own"),
        ([39], "not: there is no ping to guard; the probe is the guard's own"),
        ([41, 49, 50], "not: the pool's size is the limit; nothing is estimated"),
        ([46], "not: the first failed trial reopens; callers are no experiments"),
    ];

    [Fact]
    public void Every_case_of_the_survey_is_shown_or_has_a_reason()
    {
        IEnumerable<int> scripts = Cases.Select(row => int.Parse(row.Data.Item1.Split(':')[0]));
        int[] known = [.. scripts.Concat(_elsewhere.SelectMany(static e => e.Numbers)).Distinct().Order()];
        Assert.Equal(Enumerable.Range(1, 61), known);
        Assert.All(_elsewhere, static e => Assert.NotEmpty(e.Where));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_sequence_of_calls_ends_in_the_expected_state(string number, string options, string script)
    {
        Assert.NotEmpty(number);
        var bench = new GuardBench(o => Configure(o, options));
        bench.Play(script);
    }

    [Fact]
    public void Case_5_and_6_the_wait_is_told_and_a_failed_trial_opens_again()
    {
        var bench = new GuardBench(o => Configure(o, "min=10 break=1000 close=1"));
        bench.Play("F*10 x");
        Assert.Equal(TimeSpan.FromSeconds(1), bench.Now.RetryAfter);
        bench.AdvanceMs(500);
        Assert.Equal(TimeSpan.FromMilliseconds(500), bench.Now.RetryAfter);

        bench.Play("+500 =HalfOpen F =Open +2000 =HalfOpen S =Closed");

        Assert.Equal(
            [CircuitState.Open, CircuitState.HalfOpen, CircuitState.Open, CircuitState.HalfOpen, CircuitState.Closed],
            bench.States);
    }

    [Fact]
    public void Case_7_and_33_breaks_double_to_the_maximum_and_are_back_after_a_lasting_close()
    {
        var bench = new GuardBench(o => Configure(o, "min=2 break=1000 maxBreak=16000 close=1"));
        bench.Break();
        for (int i = 0; i < 6; i++)
        {
            bench.AdvanceUntil(CircuitState.HalfOpen);
            bench.Fail();
        }

        bench.AdvanceUntil(CircuitState.HalfOpen);
        bench.Succeed();
        bench.Advance(TimeSpan.FromSeconds(20));
        bench.Break();

        IEnumerable<double> breaks =
            bench.Transitions.Where(t => t.To == CircuitState.Open).Select(t => t.BreakDuration.TotalSeconds);
        Assert.Equal([1, 2, 4, 8, 16, 16, 16, 1], breaks);
    }

    [Fact]
    public void Case_11_rejections_do_not_grow()
    {
        var bench = new GuardBench(o => Configure(o, "min=10"));
        bench.Break();
        string? Trace()
        {
            var rejection = Assert.Throws<DbCircuitOpenException>(() => bench.Guard.Acquire());
            Assert.IsType<IOException>(rejection.InnerException);
            return rejection.ToString();
        }

        string? first = Trace();
        for (int i = 0; i < 98; i++) Trace();
        Assert.Equal(first, Trace());
    }

    [Fact]
    public void Case_16_and_28_a_trial_that_hangs_a_day_latches_nothing()
    {
        var bench = new GuardBench(o => Configure(o, "min=10 break=1000 close=1"));
        bench.Break();
        bench.AdvanceUntil(CircuitState.HalfOpen);
        using DbGuardLease hung = bench.Guard.Acquire();

        bench.Play("+950 =HalfOpen +100 =Open");
        Assert.Equal(DbTransitionCause.TrialHung, bench.Transitions[^1].Cause);
        bench.Time.Advance(TimeSpan.FromHours(24));

        Assert.True(bench.Now.RetryAfter >= TimeSpan.Zero);
        bench.AdvanceMs(100);
        bench.Play("=HalfOpen S =Closed");
    }

    [Fact]
    public void Case_17_a_call_from_before_the_outage_closes_nothing()
    {
        var bench = new GuardBench(o => Configure(o, "min=2 close=1"));
        DbGuardLease old = bench.Guard.Acquire();
        bench.Play("F F =Open +5000 =HalfOpen");
        DbGuardLease trial = bench.Guard.Acquire();

        old.ReportSuccess();
        Assert.Equal(CircuitState.HalfOpen, bench.Guard.State);
        trial.ReportFailure(GuardBench.Gone(), DbPhase.Executing);

        Assert.Equal(CircuitState.Open, bench.Guard.State);
    }

    [Fact]
    public void Case_18_failures_of_calls_from_before_the_outage_open_nothing()
    {
        var bench = new GuardBench(o =>
        {
            Configure(o, "min=10");
            o.PermitLimit = 300;
        });
        DbGuardLease[] old = [.. Enumerable.Range(0, 200).Select(_ => bench.Guard.Acquire())];
        bench.Play("F*10 +5000 S*3 =Closed");

        foreach (DbGuardLease lease in old)
        {
            lease.ReportFailure(GuardBench.Gone(), DbPhase.Executing);
            lease.Dispose();
        }

        bench.Play("=Closed");
        Assert.Equal(0, bench.Now.Failures);
        Assert.Equal(0, bench.Now.PermitsInUse);
    }

    [Fact]
    public void Case_22_and_48_trials_are_as_many_as_allowed_and_come_back_by_completion_only()
    {
        var bench = new GuardBench(o => Configure(o, "min=10 trials=3 close=3"));
        bench.Play("F*10 +5000 =HalfOpen");
        DbGuardLease[] trials = [.. Enumerable.Range(0, 3).Select(_ => bench.Guard.Acquire())];

        Assert.False(bench.Guard.TryAcquire(out _));
        bench.AdvanceMs(1_000);
        Assert.False(bench.Guard.TryAcquire(out _));
        trials[0].Dispose();
        Assert.True(bench.Guard.TryAcquire(out DbGuardLease next));
        Assert.False(bench.Guard.TryAcquire(out _));

        next.ReportSuccess();
        trials[1].ReportSuccess();
        bench.Play("=HalfOpen");
        trials[2].ReportSuccess();
        bench.Play("=Closed");
    }

    [Fact]
    public void Case_40_the_guards_own_rejections_are_no_failures()
    {
        var bench = new GuardBench(o => Configure(o, "min=2"));
        var other = new GuardBench(o => Configure(o, "min=2"));
        other.Break();
        var rejection = Assert.Throws<DbCircuitOpenException>(() => other.Guard.Acquire());

        for (int i = 0; i < 30; i++)
        {
            using DbGuardLease lease = bench.Guard.Acquire();
            lease.ReportFailure(new InvalidOperationException("wrapped", rejection), DbPhase.Executing);
        }

        Assert.Equal(0, bench.Now.Operations);
        Assert.Equal(CircuitState.Closed, bench.Guard.State);
    }

    private static string Slow(int count) => string.Concat(Enumerable.Repeat("L200 ", count));

    private static void Configure(DbGuardOptions options, string text)
    {
        foreach (string[] pair in text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=')))
        {
            double value = double.Parse(pair[1], System.Globalization.CultureInfo.InvariantCulture);
            TimeSpan time = TimeSpan.FromMilliseconds(value);
            switch (pair[0])
            {
                case "ratio": options.FailureRatio = value; break;
                case "min": options.MinimumThroughput = (int)value; break;
                case "window": options.SamplingDuration = time; break;
                case "break": options.BreakDuration = time; break;
                case "maxBreak": options.MaxBreakDuration = time; break;
                case "trials": options.HalfOpenPermits = (int)value; break;
                case "close": options.SuccessesToClose = (int)value; break;
                case "slow": options.SlowCallThreshold = time; break;
                case "slowRatio": options.SlowCallRatio = value; break;
                default: throw new ArgumentException(pair[0]);
            }
        }
    }
}
