using DbBreaker.Integration.Tests.Application;
using DbBreaker.TestKit;
using Npgsql;

namespace DbBreaker.Integration.Tests.Faults;

/// <summary>Faults that a server reports itself: it is there, and its circuit stays closed.</summary>
public sealed class AnsweredTests(ITestOutputHelper output)
{
    private const double Rate = 20;
    private const int Enough = 50;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Password", "wrong", PostgresErrorCodes.InvalidPassword)]
    [InlineData("Database", "no_such_database", PostgresErrorCodes.InvalidCatalogName)]
    public async Task A_login_that_is_refused_is_told_to_every_caller(string keyword, string value, string sqlState)
    {
        PostgresServer server = await PostgresServer.FindAsync();
        NpgsqlConnectionStringBuilder builder = server.CreateBuilder();
        builder[keyword] = value;
        builder.MaxPoolSize = GuardedApp.Pool;
        foreach (GuardedApp app in GuardedApp.BothSeams(builder.ConnectionString, GuardedApp.BePatient))
        {
            await using GuardedApp disposed = app;
            var load = new SteadyLoad(app, Rate);
            await load.MoreAsync(Enough, LoadOutcome.Failed);
            LoadResult result = await load.StopAsync();

            Assert.Empty(app.Transitions);
            Assert.Equal(0, app.Guard.GetSnapshot().Failures);
            Assert.All(
                result.Requests.Where(static r => r.Outcome == LoadOutcome.Failed),
                request => Assert.Equal(sqlState, SqlState.Of(request.Error)));
        }
    }

    [Fact]
    public async Task A_server_without_a_free_connection_is_full_and_not_gone()
    {
        await using PostgresServer server =
            await PostgresServer.StartAsync(new PostgresServerOptions { MaxConnections = 10 }, Token);
        NpgsqlDataSource source = NpgsqlDataSource.Create(server.ConnectionString);
        List<NpgsqlConnection> others = await FillAsync(source);
        NpgsqlConnectionStringBuilder builder = server.CreateBuilder();
        builder.MaxPoolSize = GuardedApp.Pool;
        SteadyLoad[] loads = [.. GuardedApp.BothSeams(builder.ConnectionString, GuardedApp.BePatient)
            .Select(static app => new SteadyLoad(app, Rate))];
        foreach (SteadyLoad load in loads) await load.MoreAsync(Enough, LoadOutcome.Failed);
        foreach (NpgsqlConnection other in others) await other.DisposeAsync();
        await source.DisposeAsync();
        foreach (SteadyLoad load in loads) await load.MoreAsync(Enough, LoadOutcome.Succeeded);
        foreach (SteadyLoad load in loads)
        {
            LoadResult result = await load.StopAsync();
            DbGuardSnapshot now = load.App.Guard.GetSnapshot();
            await load.App.DisposeAsync();
            foreach (var kind in result.Requests.Where(static r => r.Error is not null)
                .GroupBy(static r => SqlState.Of(r.Error) ?? r.Error!.ToString()))
            {
                output.WriteLine($"{load.App}: {kind.Count()} x {kind.Key}");
            }

            foreach (DbGuardTransition transition in now.RecentTransitions) output.WriteLine($"  {transition}");
            Assert.Equal(0, now.Transitions);
            Assert.Equal(0, now.Failures);
            Assert.Equal(0, now.RejectedOpen);
            // One or two may have ended after the load had.
            Assert.InRange(now.Saturations - result.Count(LoadOutcome.Failed), 0, result.Count(LoadOutcome.Unfinished));
            Assert.All(
                result.Requests.Where(static r => r.Outcome == LoadOutcome.Failed),
                static request => Assert.Equal(PostgresErrorCodes.TooManyConnections, SqlState.Of(request.Error)));
        }
    }

    // Whatever else holds a connection for a moment may leave; the next attempts take its place.
    private static async Task<List<NpgsqlConnection>> FillAsync(NpgsqlDataSource source)
    {
        var held = new List<NpgsqlConnection>();
        for (int refusals = 0; refusals < 10;)
        {
            try
            {
                held.Add(await source.OpenConnectionAsync(Token));
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.TooManyConnections)
            {
                refusals++;
            }
        }

        return held;
    }
}
