using DbBreaker.Integration.Tests.Application;
using DbBreaker.Integration.Tests.Storms;
using DbBreaker.TestKit;
using Npgsql;

namespace DbBreaker.Integration.Tests.Faults;

/// <summary>Connections are lost and the server is well: who was on one fails, and nobody else does.</summary>
public sealed class LostConnectionTests(ITestOutputHelper output)
{
    private const double Rate = 100;
    private const int Warm = 100, Later = 200;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(GuardedApp.Question)]
    [InlineData("SELECT 1 AS \"Value\" FROM pg_sleep(0.1)")]
    public async Task Killed_backends_idle_or_busy(string question)
    {
        PostgresServer server = await PostgresServer.FindAsync();
        string name = $"killed-{Guid.NewGuid():N}";
        NpgsqlConnectionStringBuilder builder = server.CreateBuilder();
        (builder.ApplicationName, builder.MaxPoolSize) = (name, GuardedApp.Pool);

        await LoseAsync(builder.ConnectionString, question, () => server.TerminateBackendsAsync(name, Token));
    }

    [Fact]
    public async Task Connections_reset_in_mid_query()
    {
        PostgresServer server = await PostgresServer.FindAsync();
        await using FaultProxy proxy = FaultProxy.Start(server.Host, server.Port);
        NpgsqlConnectionStringBuilder builder = server.CreateBuilder();
        (builder.Host, builder.Port, builder.MaxPoolSize) = (proxy.Host, proxy.Port, GuardedApp.Pool);

        await LoseAsync(builder.ConnectionString, "SELECT 1 AS \"Value\" FROM pg_sleep(0.1)", () =>
        {
            proxy.ResetAll();
            return Task.CompletedTask;
        });
    }

    private async Task LoseAsync(string connectionString, string question, Func<Task> lose)
    {
        IReadOnlyList<GuardedApp> apps = GuardedApp.BothSeams(connectionString, GuardedApp.BePatient);
        foreach (GuardedApp app in apps) await app.WarmUpAsync();
        SteadyLoad[] loads =
            [.. apps.Select(app => new SteadyLoad(app, Rate, token => app.QueryAsync(question, token)))];
        foreach (SteadyLoad load in loads) await load.IsWarmAsync(Warm);
        int[] before = [.. apps.Select(static app => app.Transitions.Count)];
        await lose();
        TimeSpan lostAt = loads[0].Elapsed;
        foreach (SteadyLoad load in loads) await load.MoreAsync(Later, LoadOutcome.Succeeded);
        for (int i = 0; i < loads.Length; i++)
        {
            LoadResult result = await loads[i].StopAsync();
            int failed = Storm.LostAfter(result, TimeSpan.Zero);
            output.WriteLine($"{apps[i]}: {failed} failed, {result.Count(LoadOutcome.Rejected)} were rejected");
            foreach (DbGuardTransition transition in apps[i].Transitions) output.WriteLine($"  {transition}");
            await apps[i].DisposeAsync();

            // The server answers the question that three failures in a row raise.
            Assert.Equal(before[i], apps[i].Transitions.Count);
            Assert.InRange(failed, 1, GuardedApp.Pool);
            Assert.Equal(0, Storm.LostAfter(result, lostAt + TimeSpan.FromSeconds(1)));
        }
    }
}
