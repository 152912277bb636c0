namespace DbBreaker.TestKit.Tests;

public sealed class OpenLoopLoadTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_request_comes_due_and_is_recorded_with_its_outcome()
    {
        var load = new OpenLoopLoad(new OpenLoopLoadOptions
        {
            Rate = 200, Duration = Second, IsRejection = error => error is InvalidOperationException,
        });
        var calls = 0;

        var result = await load.RunAsync(_ => (Interlocked.Increment(ref calls) % 4) switch
        {
            1 => Task.FromException(new InvalidOperationException()),
            2 => Task.FromException(new TimeoutException()),
            _ => Task.CompletedTask,
        }, Token);

        Assert.Equal(200, result.Requests.Count);
        Assert.Equal(100, result.Count(LoadOutcome.Succeeded));
        Assert.Equal(50, result.Count(LoadOutcome.Rejected));
        Assert.Equal(50, result.Count(LoadOutcome.Failed));
        Assert.Equal(50, result.ErrorKinds()[nameof(TimeoutException)]);
        Assert.Equal(200, result.Seconds().Sum(second => second.Scheduled));
        Assert.Equal(0, load.InFlight);
        // The schedule is the rate's, whatever the machine did.
        Assert.Equal(TimeSpan.FromMilliseconds(995), result.Requests[^1].ScheduledAt);
        Assert.True(result.Elapsed >= result.Requests[^1].ScheduledAt);
    }

    [Fact]
    public async Task Requests_keep_coming_while_none_is_answered()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var load = new OpenLoopLoad(new OpenLoopLoadOptions { Rate = 200, Duration = Second });
        var run = load.RunAsync(_ => release.Task, Token);
        await Eventually.BecomesTrueAsync(
            () => load.InFlight == 200, TimeSpan.FromSeconds(30), "all are stuck", cancellationToken: Token);

        var releasedAt = load.Elapsed;
        release.SetResult();
        var result = await run;

        Assert.Equal(200, result.MaxInFlight);
        Assert.Equal(200, result.MaxInFlightBetween(TimeSpan.Zero, result.Elapsed));
        Assert.Equal(200, result.Seconds().Max(second => second.MaxInFlight));
        Assert.True(result.FirstSuccessAfter(TimeSpan.Zero)!.EndedAt >= releasedAt);
        Assert.Null(result.FirstFailureAfter(TimeSpan.Zero));
    }

    [Fact]
    public async Task A_starved_thread_pool_does_not_stop_the_schedule()
    {
        using var release = new ManualResetEventSlim();
        using var watch = new ManualResetEventSlim();
        var load = new OpenLoopLoad(new OpenLoopLoadOptions { Rate = 500, Duration = Second });
        var stuck = 0;
        // Each request blocks its pool thread, and the pool grows by a few threads a second only.
        var run = load.RunAsync(_ =>
        {
            Interlocked.Increment(ref stuck);
            release.Wait(Token);
            return Task.CompletedTask;
        }, Token);
        var watcher = new Thread(() =>
        {
            while (load.Scheduled < 500 && load.Elapsed < TimeSpan.FromSeconds(30))
                watch.Wait(5);
            release.Set();
        });
        watcher.Start();

        var result = await run;

        watcher.Join();
        Assert.Equal(500, result.MaxInFlight);
        Assert.Equal(500, result.Count(LoadOutcome.Succeeded));
    }

    [Fact]
    public async Task Synchronous_requests_on_their_own_threads_block_nobody()
    {
        using var all = new CountdownEvent(100);
        var load = new OpenLoopLoad(new OpenLoopLoadOptions
        {
            Rate = 200, Duration = Second / 2, Start = RequestStart.OwnThread,
        });
        var result = await load.RunAsync(_ =>
        {
            all.Signal();
            all.Wait(Token);
            return Task.CompletedTask;
        }, Token);
        Assert.Equal(100, result.Count(LoadOutcome.Succeeded));
    }

    [Fact]
    public async Task What_does_not_end_by_the_drain_deadline_is_unfinished_and_cancelled()
    {
        var cancelled = new TaskCompletionSource();
        var load = new OpenLoopLoad(new OpenLoopLoadOptions
        {
            Rate = 10, Duration = Second / 10, DrainDeadline = Second / 10,
        });
        var result = await load.RunAsync(async token =>
        {
            token.Register(cancelled.SetResult);
            await Task.Delay(Timeout.Infinite, token);
        }, Token);

        Assert.Equal(LoadOutcome.Unfinished, Assert.Single(result.Requests).Outcome);
        Assert.Null(result.LatencyPercentile(99));
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10), Token);
    }

    [Fact]
    public async Task A_cancelled_run_returns_what_it_has()
    {
        using var source = new CancellationTokenSource();
        var load = new OpenLoopLoad(new OpenLoopLoadOptions { Rate = 100, Duration = TimeSpan.FromMinutes(5) });
        var run = load.RunAsync(_ => Task.CompletedTask, source.Token);
        await Eventually.BecomesTrueAsync(
            () => load.Count(LoadOutcome.Succeeded) >= 5, TimeSpan.FromSeconds(30), "some ended",
            cancellationToken: Token);
        await source.CancelAsync();
        Assert.InRange((await run).Requests.Count, 5, 29_999);
    }
}
