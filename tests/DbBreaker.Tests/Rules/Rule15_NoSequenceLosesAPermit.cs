using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace DbBreaker.Tests.Rules;

public sealed class Rule15_NoSequenceLosesAPermit
{
    private const int Threads = 4, Rounds = 10;

    /// <summary>Operations in all; more through the environment, for a long run.</summary>
    private static readonly int _operations = int.Parse(
        Environment.GetEnvironmentVariable("DBBREAKER_RANDOM_LEASES") ?? "1000000", CultureInfo.InvariantCulture);

    private static readonly HashSet<(CircuitState, CircuitState)> _graph =
    [
        (CircuitState.Closed, CircuitState.Open), (CircuitState.Closed, CircuitState.Isolated),
        (CircuitState.Open, CircuitState.HalfOpen), (CircuitState.Open, CircuitState.Closed),
        (CircuitState.Open, CircuitState.Isolated), (CircuitState.HalfOpen, CircuitState.Open),
        (CircuitState.HalfOpen, CircuitState.Closed), (CircuitState.HalfOpen, CircuitState.Isolated),
        (CircuitState.Isolated, CircuitState.Closed),
    ];

    [Fact]
    public void Case_58_random_sequences_on_several_threads_end_with_no_permit_in_use()
    {
        var bench = new GuardBench(o =>
        {
            o.PermitLimit = 20;
            o.FailureRatio = 0.1;
            o.MinimumThroughput = 5;
            o.SuccessesToClose = 2;
            o.BreakDuration = TimeSpan.FromMilliseconds(200);
            o.QueueTimeout = TimeSpan.FromSeconds(1);
        });
        var seen = new ConcurrentDictionary<(CircuitState, CircuitState), bool>();
        bench.Guard.Transitioned += (_, t) => seen[(t.From, t.To)] = true;
        int acquired = 0;
        for (int round = 0; round < Rounds; round++)
        {
            acquired += RunRound(bench, round);
            bench.Guard.Reset();
            CollectLeaks(bench);
            DbGuardSnapshot end = bench.Now;
            Assert.Equal((0, 0, round), (end.PermitsInUse, end.Waiting, round));
            AssertChain(end.RecentTransitions);
        }

        Assert.Empty(seen.Keys.Except(_graph));
        Assert.True(seen.Count >= 7, $"Only {seen.Count} kinds of transitions happened.");
        // Over all rounds: one in which the circuit happens to be open for long has few.
        Assert.True(acquired > _operations / 20, $"Only {acquired} leases were had.");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_connection_that_nobody_keeps_gives_its_permit_back_when_it_is_collected(bool isAsync)
    {
        var bench = new GuardBench();
        await LeakAsync(bench, isAsync);
        Assert.Equal(1, bench.Now.PermitsInUse);
        CollectLeaks(bench);
        Assert.Equal(0, bench.Now.PermitsInUse);
    }

    [Fact]
    public void A_connection_that_is_kept_keeps_its_permit()
    {
        var session = new SessionBench(new GuardBench());
        session.Open();
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            session.Bench.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1, session.Bench.Now.PermitsInUse);
        GC.KeepAlive(session);
    }

    [Fact]
    public void Whichever_event_comes_first_frees_the_permit_and_the_others_nothing_more()
    {
        var bench = new GuardBench(o => o.PermitLimit = 2);
        using DbGuardLease other = bench.Guard.Acquire();
        var session = new SessionBench(bench);
        session.Open();
        session.Use();
        session.Fall();
        session.Session.Closed();
        session.Close();
        session.Session.Detach();
        session.Session.OpenFailed(GuardBench.Gone());
        Assert.Equal(1, bench.Now.PermitsInUse);
    }

    [Fact]
    public void A_copy_of_a_lease_is_the_same_lease()
    {
        var bench = new GuardBench();
        DbGuardLease lease = bench.Guard.Acquire();
        DbGuardLease copy = lease;
        Assert.True(copy == lease && copy.GetHashCode() == lease.GetHashCode());
        copy.Dispose();
        Assert.False(lease.IsHeld);
        using DbGuardLease next = bench.Guard.Acquire();
        lease.Dispose();
        lease.ReportFailure(GuardBench.Gone(), DbPhase.Executing);
        Assert.True(next != lease);
        Assert.Equal((1, 0), (bench.Now.PermitsInUse, bench.Now.Operations));
    }

    [Fact]
    public void An_open_that_is_rejected_holds_nothing()
    {
        var bench = new GuardBench(o =>
        {
            o.PermitLimit = 1;
            o.QueueTimeout = TimeSpan.Zero;
        });
        using DbGuardLease held = bench.Guard.Acquire();
        var session = new SessionBench(bench);
        Assert.Throws<DbPoolSaturatedException>(() => session.Session.BeforeOpen());
        session.Session.OpenFailed(GuardBench.Gone());
        Assert.Equal((1, 0), (bench.Now.PermitsInUse, bench.Now.Failures));
    }

    private static int RunRound(GuardBench bench, int round)
    {
        bool isOver = false;
        var clock = new Thread(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                // Callers move the clock as well; this is for the moments when all of them wait.
                bench.Time.Advance(GuardBench.Tick);
                Thread.Yield();
            }
        });
        clock.Start();
        Exception? failure = null;
        int acquired = 0;
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(number => new Thread(() =>
        {
            try
            {
                var callers = new RandomLeases(
                    bench.Guard, new Random(round * Threads + number), () => bench.Time.Advance(GuardBench.Tick));
                callers.Run(_operations / Rounds / Threads);
                callers.Finish();
                Interlocked.Add(ref acquired, callers.Acquired);
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Volatile.Write(ref isOver, true);
        clock.Join();
        Assert.Null(failure);
        return acquired;
    }

    private static void CollectLeaks(GuardBench bench)
    {
        for (int i = 0; i < 10 && bench.Guard.GetSnapshot().PermitsInUse > 0; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            bench.Advance(TimeSpan.FromSeconds(2));
        }
    }

    private static void AssertChain(IReadOnlyList<DbGuardTransition> transitions)
    {
        Assert.All(transitions, t => Assert.Contains((t.From, t.To), _graph));
        Assert.All(transitions.Zip(transitions.Skip(1)), pair => Assert.Equal(pair.First.To, pair.Second.From));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task LeakAsync(GuardBench bench, bool isAsync)
    {
        var session = new SessionBench(bench);
        await session.OpenAsync(isAsync);
        session.Run();
    }
}
