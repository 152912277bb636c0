using DbBreaker.Integration.Tests.Application;
using DbBreaker.Integration.Tests.Storms;

namespace DbBreaker.Integration.Tests.Bursts;

/// <summary>Many callers at once on a server that is well: all wait, all pass.</summary>
[Collection(nameof(Alone))]
public sealed class BurstTests(StormServer storm, ITestOutputHelper output) : IClassFixture<StormServer>
{
    private const int Callers = 1_000, SyncCallers = 100;
    private const string TenMilliseconds = "SELECT 1 AS \"Value\" FROM pg_sleep(0.01)";

    private static readonly TimeSpan _rest = TimeSpan.FromSeconds(10);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nobody_is_turned_away_at_the_start_once_warm_and_after_a_rest()
    {
        IReadOnlyList<GuardedApp> apps = GuardedApp.BothSeams(storm.Pooled(), GuardedApp.BePatient);
        foreach (GuardedApp app in apps) await BurstAsync(app, "cold");
        foreach (GuardedApp app in apps) await BurstAsync(app, "warm");
        await Task.Delay(_rest, TimeProvider.System, Token);
        foreach (GuardedApp app in apps) await BurstAsync(app, "rested");
        foreach (GuardedApp app in apps) await BurstSynchronouslyAsync(app);
        foreach (GuardedApp app in apps)
        {
            DbGuardSnapshot after = app.Guard.GetSnapshot();
            await app.DisposeAsync();
            Assert.Equal(0, after.Transitions);
            Assert.Equal(0, after.PermitsInUse);
        }
    }

    private async Task BurstAsync(GuardedApp app, string when)
    {
        long startedAt = TimeProvider.System.GetTimestamp();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task[] callers = [.. Enumerable.Range(0, Callers).Select(async _ =>
        {
            await gate.Task;
            await app.QueryAsync(TenMilliseconds, Token);
        })];
        gate.SetResult();
        await PassAsync(app, when, callers, startedAt);
    }

    private async Task BurstSynchronouslyAsync(GuardedApp app)
    {
        long startedAt = TimeProvider.System.GetTimestamp();
        using var gate = new Barrier(SyncCallers);
        Task[] callers = [.. Enumerable.Range(0, SyncCallers).Select(_ => Task.Factory.StartNew(
            () =>
            {
                gate.SignalAndWait(Token);
                app.Query(TenMilliseconds);
            }, Token, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        await PassAsync(app, "synchronous", callers, startedAt);
    }

    private async Task PassAsync(GuardedApp app, string when, Task[] callers, long startedAt)
    {
        await Task.WhenAll(callers).ContinueWith(static _ => { }, TaskScheduler.Default);
        TimeSpan took = TimeProvider.System.GetElapsedTime(startedAt);
        Exception[] errors = [.. callers.Where(static c => c.Exception is not null).Select(static c => c.Exception!)];
        output.WriteLine($"{app}, {when}: {callers.Length} callers in {took.TotalMilliseconds:0} ms");
        Assert.True(errors.Length == 0, $"{errors.Length} of {callers.Length}, {when}: {errors.FirstOrDefault()}");
    }
}
