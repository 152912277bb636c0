namespace DbBreaker.Tests.Rules;

public sealed class Rule16_TheQueue
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Callers_are_served_in_order(bool isAsync)
    {
        var bench = Full(1, out DbGuardLease held);
        var order = new List<int>();
        var waiting = new List<Task>();
        for (int i = 0; i < 10; i++)
        {
            int number = i;
            waiting.Add(WaitAsync());
            ScriptedProbe.Poll(() => bench.Now.Waiting == number + 1, "the caller waits");

            async Task WaitAsync()
            {
                using DbGuardLease lease = await Callers.Acquire(bench.Guard, isAsync, Token);
                lock (order) order.Add(number);
            }
        }

        held.Dispose();
        await Task.WhenAll(waiting);
        Assert.Equal(Enumerable.Range(0, 10), order);
        Assert.Equal((0, 0), (bench.Now.PermitsInUse, bench.Now.Waiting));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_waiter_leaves_at_its_deadline_and_not_before(bool isAsync)
    {
        var bench = Full(1, out DbGuardLease held);
        Task<DbGuardLease> waiting = Callers.Acquire(bench.Guard, isAsync, Token);
        ScriptedProbe.Poll(() => bench.Now.Waiting == 1, "the caller waits");
        bench.AdvanceMs(1_950);
        Assert.Equal(1, bench.Now.Waiting);
        bench.AdvanceMs(100);
        var rejection = await Assert.ThrowsAsync<DbPoolSaturatedException>(() => waiting);
        Assert.Contains("1 of 1 permits in use", rejection.Message);
        Assert.Contains("QueueTimeout 2 s", rejection.Message);
        Assert.Equal((0, 1), (bench.Now.Waiting, bench.Now.RejectedSaturated));
        held.Dispose();
    }

    [Fact]
    public async Task A_waiter_leaves_at_its_token_and_the_next_in_line_is_not_harmed()
    {
        var bench = Full(1, out DbGuardLease held);
        using var cancel = new CancellationTokenSource();
        Task<DbGuardLease> first = bench.Guard.AcquireAsync(cancel.Token).AsTask();
        Task<DbGuardLease> second = bench.Guard.AcquireAsync(Token).AsTask();
        await cancel.CancelAsync();
        OperationCanceledException cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(cancel.Token, cancelled.CancellationToken);
        held.Dispose();
        (await second).Dispose();
        Assert.Equal((0, 0), (bench.Now.PermitsInUse, bench.Now.Waiting));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task A_waiter_leaves_when_the_circuit_opens_or_is_isolated(bool isAsync, bool isolate)
    {
        var bench = Full(20, out DbGuardLease held);
        DbGuardLease[] others = [.. Enumerable.Range(0, 19).Select(_ => bench.Guard.Acquire())];
        Task<DbGuardLease> waiting = Callers.Acquire(bench.Guard, isAsync, Token);
        ScriptedProbe.Poll(() => bench.Now.Waiting == 1, "the caller waits");
        if (isolate) bench.Guard.Isolate("maintenance");
        else foreach (DbGuardLease lease in others.Append(held))
            lease.ReportFailure(GuardBench.Gone(), DbPhase.Executing);

        await Assert.ThrowsAsync<DbCircuitOpenException>(() => waiting);
        foreach (DbGuardLease lease in others.Append(held)) lease.Dispose();
        Assert.Equal((0, 0), (bench.Now.PermitsInUse, bench.Now.Waiting));
    }

    [Fact]
    public async Task A_cancellation_that_races_a_grant_loses_no_permit()
    {
        var bench = new GuardBench(o => o.PermitLimit = 1);
        int granted = 0, cancelled = 0;
        for (int i = 0; i < 2_000; i++)
        {
            DbGuardLease held = bench.Guard.Acquire();
            using var cancel = new CancellationTokenSource();
            Task<DbGuardLease> waiting = bench.Guard.AcquireAsync(cancel.Token).AsTask();
            Parallel.Invoke(cancel.Cancel, held.Dispose);
            try
            {
                (await waiting).Dispose();
                granted++;
            }
            catch (OperationCanceledException)
            {
                cancelled++;
            }

            Assert.Equal((0, 0), (bench.Now.PermitsInUse, bench.Now.Waiting));
        }

        Assert.Equal(2_000, granted + cancelled);
    }

    [Fact]
    public async Task A_token_that_is_cancelled_already_takes_nothing()
    {
        var bench = new GuardBench();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => bench.Guard.AcquireAsync(new CancellationToken(true)).AsTask());
        Assert.Equal(0, bench.Now.PermitsInUse);
    }

    [Theory]
    [InlineData(0, 2_000)]
    [InlineData(1_000, 0)]
    public void Without_a_queue_or_a_time_to_wait_a_full_guard_rejects_at_once(int queueLimit, int timeoutMs)
    {
        var bench = new GuardBench(o =>
        {
            o.PermitLimit = 1;
            o.QueueLimit = queueLimit;
            o.QueueTimeout = TimeSpan.FromMilliseconds(timeoutMs);
        });
        using DbGuardLease held = bench.Guard.Acquire();
        Assert.Throws<DbPoolSaturatedException>(() => bench.Guard.Acquire());
        Assert.False(bench.Guard.TryAcquire(out _));
        Assert.Equal(2, bench.Now.RejectedSaturated);
    }

    [Fact]
    public async Task A_full_queue_rejects_at_once_and_names_its_limit()
    {
        var bench = new GuardBench(o =>
        {
            o.PermitLimit = 1;
            o.QueueLimit = 2;
        });
        DbGuardLease held = bench.Guard.Acquire();
        Task<DbGuardLease>[] waiting =
            [.. Enumerable.Range(0, 2).Select(_ => bench.Guard.AcquireAsync(Token).AsTask())];
        var rejection = Assert.Throws<DbPoolSaturatedException>(() => bench.Guard.Acquire());
        Assert.Contains("2 waiting (QueueLimit 2)", rejection.Message);
        held.Dispose();
        foreach (Task<DbGuardLease> task in waiting) (await task).Dispose();
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 0)]
    [InlineData(false, 10)]
    [InlineData(false, 600)]
    public async Task A_burst_of_a_thousand_on_a_healthy_guard_is_never_rejected(bool cold, int idleSeconds)
    {
        var bench = new GuardBench(o => o.PermitLimit = 20);
        if (!cold)
        {
            for (int i = 0; i < 50; i++)
            {
                using DbGuardLease lease = bench.Guard.Acquire();
                bench.AdvanceMs(10);
                lease.ReportSuccess();
            }
        }

        bench.Advance(TimeSpan.FromSeconds(Math.Min(idleSeconds, 10)));
        bench.Time.Advance(TimeSpan.FromSeconds(Math.Max(0, idleSeconds - 10)));
        Task<DbGuardLease>[] callers =
        [
            .. Enumerable.Range(0, 1_000).Select(_ => bench.Guard.AcquireAsync(Token).AsTask()),
        ];
        DateTimeOffset began = bench.Time.GetUtcNow();
        for (int done = 0; done < callers.Length; done += 20)
        {
            DbGuardLease[] running = await Task.WhenAll(callers[done..(done + 20)]);
            bench.AdvanceMs(10);
            foreach (DbGuardLease lease in running)
            {
                lease.ReportSuccess();
                lease.Dispose();
            }
        }

        Assert.Equal(TimeSpan.FromMilliseconds(500), bench.Time.GetUtcNow() - began);
        Assert.Equal((0, 0), (bench.Now.RejectedSaturated, bench.Now.PermitsInUse));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_burst_whose_first_callers_have_to_connect_is_never_rejected(bool cold)
    {
        var bench = new GuardBench(o => o.PermitLimit = 20);
        for (int i = 0; !cold && i < 500; i++)
        {
            using DbGuardLease lease = bench.Guard.Acquire();
            bench.AdvanceMs(10);
        }

        bench.Advance(TimeSpan.FromSeconds(10));
        List<Task<DbGuardLease>> callers = [.. Enumerable.Range(0, 500).Select(_ => Caller())];
        for (int done = 0; done < callers.Count; done += 20)
        {
            DbGuardLease[] running = await Task.WhenAll(callers[done..(done + 20)]);
            bench.AdvanceMs(done == 0 ? 400 : 10);
            foreach (DbGuardLease lease in running) lease.Dispose();
            if (done == 0) callers.AddRange(Enumerable.Range(0, 500).Select(_ => Caller()));
        }

        Assert.Equal((0, 0), (bench.Now.RejectedSaturated, bench.Now.PermitsInUse));

        Task<DbGuardLease> Caller() => bench.Guard.AcquireAsync(Token).AsTask();
    }

    [Fact]
    public async Task In_front_of_a_frozen_server_the_queue_stops_growing_and_stays_small_after_its_waiters_gave_up()
    {
        var bench = new GuardBench(o => o.PermitLimit = 20);
        for (int i = 0; i < 50; i++)
        {
            using DbGuardLease lease = bench.Guard.Acquire();
            bench.AdvanceMs(10);
        }

        var frozen = new List<DbGuardLease>();
        for (int i = 0; i < 20; i++) frozen.Add(bench.Guard.Acquire());
        var waiting = new List<Task<DbGuardLease>>();
        int longest = 0;
        for (int i = 0; i < 1_200; i++)
        {
            waiting.Add(bench.Guard.AcquireAsync(Token).AsTask());
            bench.AdvanceMs(5);
            longest = Math.Max(longest, bench.Now.Waiting);
            if (i == 600) longest = 0;
        }

        Assert.InRange(longest, 0, 10);
        Assert.True(waiting.Count(t => t.IsFaulted) > 1_000);
        bench.AdvanceMs(2_100);
        foreach (Task<DbGuardLease> task in waiting) await Assert.ThrowsAsync<DbPoolSaturatedException>(() => task);
        foreach (DbGuardLease lease in frozen) lease.Dispose();
        Assert.Equal((0, 0), (bench.Now.PermitsInUse, bench.Now.Waiting));
    }

    [Fact]
    public void The_error_tells_the_longest_holds_and_what_a_probe_says()
    {
        var bench = new GuardBench(
            o =>
            {
                o.PermitLimit = 2;
                o.QueueLimit = 0;
            },
            probed: true);
        using DbGuardLease first = bench.Guard.Acquire();
        bench.AdvanceMs(300);
        using DbGuardLease second = bench.Guard.Acquire();
        bench.AdvanceMs(100);
        string Reject() => Assert.Throws<DbPoolSaturatedException>(() => bench.Guard.Acquire()).Message;

        string text = Reject();
        Assert.Contains("Longest held: 0.4 s, 0.1 s.", text);
        Assert.Contains("is being asked", text);
        bench.AdvanceToProbe();
        bench.Probe.Answer();
        bench.AdvanceMs(50);
        Assert.Contains("The server answers a probe: look for locks", Reject());
        Assert.Contains("PermitLimit", Reject());
    }

    [Fact]
    public void Behind_the_thread_pools_backlog_nothing_is_a_silence()
    {
        var bench = new GuardBench(o => o.PermitLimit = 1);
        for (int i = 0; i < 1_000; i++)
        {
            using DbGuardLease lease = bench.Guard.Acquire();
            bench.AdvanceMs(10);
        }

        using DbGuardLease held = bench.Guard.Acquire();
        Task<DbGuardLease>[] waiting = [.. Enumerable.Range(0, 20).Select(_ => Wait())];
        bench.Backlog = 1_000;
        bench.AdvanceMs(400);
        Assert.False(Wait().IsFaulted);

        bench.Backlog = 0;
        bench.AdvanceMs(400);
        Assert.True(Wait().IsFaulted);
        Assert.All(waiting, static task => Assert.False(task.IsCompleted));

        Task<DbGuardLease> Wait() => bench.Guard.AcquireAsync(TestContext.Current.CancellationToken).AsTask();
    }

    [Fact]
    public void A_probe_of_long_ago_is_not_quoted()
    {
        var bench = new GuardBench(
            o =>
            {
                o.PermitLimit = 1;
                o.QueueLimit = 0;
            },
            probed: true);
        using (bench.Guard.Acquire())
        {
            Assert.Throws<DbPoolSaturatedException>(() => bench.Guard.Acquire());
            bench.AdvanceToProbe();
            bench.Probe.Answer();
            bench.AdvanceMs(100);
        }

        bench.Advance(TimeSpan.FromMinutes(5));
        using DbGuardLease again = bench.Guard.Acquire();
        Assert.Contains("is being asked", Assert.Throws<DbPoolSaturatedException>(() => bench.Guard.Acquire()).Message);
    }

    private static GuardBench Full(int permits, out DbGuardLease held)
    {
        var bench = new GuardBench(o => o.PermitLimit = permits);
        held = bench.Guard.Acquire();
        return bench;
    }
}
