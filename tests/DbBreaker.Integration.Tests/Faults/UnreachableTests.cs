using DbBreaker.Integration.Tests.Application;
using DbBreaker.TestKit;

namespace DbBreaker.Integration.Tests.Faults;

/// <summary>Servers that were never there: an application starts into its outage.</summary>
public sealed class UnreachableTests(ITestOutputHelper output)
{
    private const double Rate = 100;
    private const int Rejected = 150;

    private static readonly TimeSpan _fast = TimeSpan.FromMilliseconds(250);

    [Fact]
    public Task An_unknown_host() => StartIntoAsync("Host=no-such-host.invalid;Username=x;Password=x");

    [Fact]
    public async Task A_port_that_swallows_connects()
    {
        using SynBlackhole hole = await SynBlackhole.OpenAsync(TestContext.Current.CancellationToken);

        await StartIntoAsync($"Host={hole.Host};Port={hole.Port};Username=x;Password=x");
    }

    private async Task StartIntoAsync(string connectionString)
    {
        foreach (GuardedApp app in GuardedApp.BothSeams(HurtServer.Pooled(connectionString)))
        {
            await using GuardedApp disposed = app;
            var load = new SteadyLoad(app, Rate);
            await load.HasBecomeAsync(CircuitState.Open);
            await load.MoreAsync(Rejected, LoadOutcome.Rejected);
            LoadResult result = await load.StopAsync();

            DbGuardTransition opened = Assert.Single(app.Transitions);
            output.WriteLine($"{app}: at {load.At(opened).TotalSeconds:0.00} s {opened}");
            Assert.True(opened.Failures > 0 || opened.Stalled > 0, $"{opened}");
            Assert.Equal(0, result.Count(LoadOutcome.Succeeded));
            LoadRequest[] shut = [.. result.Requests.Where(
                r => r.ScheduledAt > load.At(opened) + _fast && r.Outcome != LoadOutcome.Unfinished)];
            Assert.All(shut, static request => Assert.IsType<DbCircuitOpenException>(request.Error));
            Assert.True(shut.Select(static r => r.Latency).Order().ElementAt(shut.Length / 2) < _fast);
        }
    }
}
