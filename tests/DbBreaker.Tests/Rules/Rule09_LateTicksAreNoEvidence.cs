using DbBreaker.Liveness;
using Microsoft.Extensions.Time.Testing;

namespace DbBreaker.Tests.Rules;

public sealed class Rule09_LateTicksAreNoEvidence
{
    [Fact]
    public void A_process_that_was_stopped_suspects_nobody()
    {
        var time = new StoppableTime();
        int probes = 0;
        DbGuard guard = new DbGuardRegistry(time).GetOrAdd("orders", new DbGuardOptions
        {
            Probe = _ =>
            {
                Interlocked.Increment(ref probes);
                return Task.CompletedTask;
            },
        });
        DbGuardLease[] running = [.. Enumerable.Range(0, 20).Select(_ => guard.Acquire())];
        time.Tick(GuardBench.Tick, times: 4);
        time.Stop(TimeSpan.FromSeconds(30));
        time.Tick(GuardBench.Tick, times: 4);

        Assert.Equal(CircuitState.Closed, guard.State);
        Assert.Equal(0, Volatile.Read(ref probes));
        Assert.True(guard.GetSnapshot().LongestHold < TimeSpan.FromSeconds(1));
        foreach (DbGuardLease lease in running) lease.Dispose();
    }

    [Fact]
    public void A_probe_under_way_while_the_process_was_stopped_keeps_its_time()
    {
        var time = new StoppableTime();
        var probe = new ScriptedProbe();
        DbGuard guard = new DbGuardRegistry(time).GetOrAdd("orders", new DbGuardOptions { Probe = probe.Ask });
        using DbGuardLease stuck = guard.Acquire();
        time.Tick(GuardBench.Tick, times: 13);
        probe.WaitForCall();
        time.Stop(TimeSpan.FromMinutes(1));
        time.Tick(GuardBench.Tick, times: 2);
        Assert.Equal(CircuitState.Closed, guard.State);
        probe.Answer();
        time.Tick(GuardBench.Tick, times: 20);
        Assert.Equal(CircuitState.Closed, guard.State);
    }

    [Fact]
    public void Waiting_callers_are_not_rejected_for_a_silence_nobody_listened_to()
    {
        var time = new StoppableTime();
        DbGuard guard = new DbGuardRegistry(time).GetOrAdd("orders", new DbGuardOptions { PermitLimit = 1 });
        using (guard.Acquire()) time.Tick(TimeSpan.FromMilliseconds(10), times: 1);
        DbGuardLease held = guard.Acquire();
        time.Stop(TimeSpan.FromSeconds(30));

        Task<DbGuardLease> waiting = guard.AcquireAsync(TestContext.Current.CancellationToken).AsTask();
        Assert.False(waiting.IsCompleted);
        held.Dispose();
        ScriptedProbe.Poll(() => waiting.IsCompletedSuccessfully, "the permit was passed on");
    }

    [Fact]
    public void Ticks_that_all_came_late_turn_nobody_away()
    {
        var time = new StoppableTime();
        DbGuard guard = new DbGuardRegistry(time).GetOrAdd("orders", new DbGuardOptions { PermitLimit = 1 });
        for (int i = 0; i < 1_000; i++)
        {
            using DbGuardLease lease = guard.Acquire();
            time.Tick(TimeSpan.FromMilliseconds(10), times: 1);
        }

        using DbGuardLease held = guard.Acquire();
        Task<DbGuardLease>[] burst = [.. Enumerable.Range(0, 20).Select(_ => Wait())];
        time.Tick(TimeSpan.FromMilliseconds(250), times: 3);
        Assert.False(Wait().IsFaulted);

        time.Tick(GuardBench.Tick, times: 8);
        Assert.True(Wait().IsFaulted);
        Assert.All(burst, static waiting => Assert.False(waiting.IsCompleted));

        Task<DbGuardLease> Wait() => guard.AcquireAsync(TestContext.Current.CancellationToken).AsTask();
    }

    [Fact]
    public void A_late_tick_moves_the_attended_time_by_two_ticks_and_says_so()
    {
        var time = new FakeTimeProvider();
        var clock = new AttendedClock(time, GuardBench.Tick);
        time.Advance(GuardBench.Tick);
        Assert.False(clock.Tick());
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.True(clock.Tick());
        Assert.Equal(GuardBench.Tick * 3, TimeSpan.FromTicks(clock.Coarse));
        Assert.Equal(TimeSpan.FromSeconds(60) + GuardBench.Tick, TimeSpan.FromTicks(clock.Now));
    }

    [Fact]
    public void A_rest_is_no_gap_and_a_hold_after_it_counts_from_its_own_beginning()
    {
        var bench = new GuardBench(probed: true);
        bench.Succeed();
        bench.Advance(TimeSpan.FromSeconds(5));
        Assert.False(bench.Guard.IsWatching);
        bench.Time.Advance(TimeSpan.FromMinutes(10));

        DbGuardLease lease = bench.Guard.Acquire();
        bench.AdvanceMs(300);

        Assert.Equal(0, bench.Probe.Calls);
        Assert.Equal(TimeSpan.FromMilliseconds(300), bench.Now.LongestHold);
        lease.Dispose();
        Assert.True(bench.Now.MeanHold <= TimeSpan.FromMilliseconds(300), $"{bench.Now.MeanHold}");
    }

    [Fact]
    public void The_wall_clock_may_jump()
    {
        var bench = new GuardBench(probed: true);
        using DbGuardLease lease = bench.Guard.Acquire();
        bench.AdvanceMs(100);
        bench.Time.AdjustTime(bench.Time.GetUtcNow().AddDays(-1));
        bench.AdvanceMs(100);
        Assert.InRange(bench.Now.LongestHold.TotalMilliseconds, 100, 200);
    }
}
