using DbBreaker.Integration.Tests.Application;
using DbBreaker.Integration.Tests.Storms;
using DbBreaker.TestKit;
using Npgsql;

namespace DbBreaker.Integration.Tests.Faults;

/// <summary>An application that writes to a multi-host string while its primary moves, twice.</summary>
public sealed class FailoverTests(ITestOutputHelper output)
{
    private const double Rate = 50;
    private const int Warm = 50, Later = 100;


    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Writes_follow_the_primary_when_it_is_demoted_and_when_it_dies()
    {
        await using PostgresPair pair = await PostgresPair.StartAsync(cancellationToken: Token);
        await pair.Primary.ExecuteAsync("CREATE TABLE written (id int)", Token);
        string connectionString = HurtServer.Pooled(pair.ConnectionString + ";Target Session Attributes=read-write");
        IReadOnlyList<GuardedApp> apps = GuardedApp.BothSeams(connectionString);
        foreach (GuardedApp app in apps) await app.WarmUpAsync();
        SteadyLoad[] loads = [.. apps.Select(Write)];
        try
        {
            foreach (SteadyLoad load in loads) await load.IsWarmAsync(Warm);
            int[] before = [.. loads.Select(static load => load.App.Transitions.Count)];

            await DemoteAsync(pair);
            foreach (SteadyLoad load in loads) await FollowsAsync(load, pair.Standby);
            // A demoted server answers: 25006 costs its pool, not the circuit.
            Assert.Equal(before, loads.Select(static load => load.App.Transitions.Count));

            await pair.Standby.KillAsync(Token);
            for (int i = 0; i < loads.Length; i++) await loads[i].HasBecomeAsync(CircuitState.Open, before[i]);
            await pair.Primary.ExecuteAsync(SetReadOnly("off"), Token);
            await pair.Primary.ExecuteAsync("SELECT pg_reload_conf()", Token);
            for (int i = 0; i < loads.Length; i++)
            {
                await loads[i].HasBecomeAsync(CircuitState.Closed, before[i]);
                TimeSpan closedAt = loads[i].At(loads[i].App.Transitions[^1]);
                await loads[i].MoreAsync(Later, LoadOutcome.Succeeded);
                LoadResult result = await StopAsync(loads[i]);
                Assert.Equal(0, Storm.LostAfter(result, closedAt + TimeSpan.FromSeconds(1)));
            }
        }
        finally
        {
            foreach (SteadyLoad load in loads) await load.App.DisposeAsync();
        }
    }

    private static SteadyLoad Write(GuardedApp app) =>
        new(app, Rate, token => app.ExecuteAsync("INSERT INTO written VALUES (1)", token));

    private static string SetReadOnly(string value) => $"ALTER SYSTEM SET default_transaction_read_only = {value}";

    // The standby takes over, and the primary lives on without taking writes, as a demoted one does.
    private static async Task DemoteAsync(PostgresPair pair)
    {
        await pair.PromoteStandbyAsync(Token);
        await pair.Primary.ExecuteAsync(SetReadOnly("on"), Token);
        await pair.Primary.ExecuteAsync("SELECT pg_reload_conf()", Token);
    }

    // Written there, and nowhere else: the demoted one lets nobody write.
    private async Task FollowsAsync(SteadyLoad load, PostgresServer primary)
    {
        TimeSpan demotedAt = load.Elapsed;
        int failed = load.Count(LoadOutcome.Failed), rejected = load.Count(LoadOutcome.Rejected);
        await load.MoreAsync(Later, LoadOutcome.Succeeded);
        output.WriteLine($"{load.App}: {Later} writes on port {primary.Port} within {load.Elapsed - demotedAt}, "
            + $"{load.Count(LoadOutcome.Failed) - failed} failed, "
            + $"{load.Count(LoadOutcome.Rejected) - rejected} were rejected");
    }

    private async Task<LoadResult> StopAsync(SteadyLoad load)
    {
        LoadResult result = await load.StopAsync();
        foreach (DbGuardTransition transition in load.App.Transitions) output.WriteLine($"  {transition}");
        foreach (var kind in result.Requests.Where(static r => r.Error is not null)
            .GroupBy(static r => SqlState.Of(r.Error) ?? r.Error!.GetType().Name))
        {
            output.WriteLine($"  {kind.Count()} x {kind.Key} from {kind.First().EndedAt} to {kind.Last().EndedAt}");
        }

        return result;
    }
}
