using System.Data.Common;
using DbBreaker.TestKit;
using Npgsql;
using static DbBreaker.DbFailureKind;

namespace DbBreaker.Npgsql.Tests;

/// <summary>A server that goes, is gone, starts up and comes back.</summary>
public sealed class ShutdownTests(OwnServer own) : IClassFixture<OwnServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(PostgresShutdown.Fast)]
    [InlineData(PostgresShutdown.Immediate)]
    public async Task A_shutdown_under_a_running_command_is_unavailable(PostgresShutdown shutdown)
    {
        await using NpgsqlConnection connection = await OpenAsync();
        Task<Verdict> running = Verdict.OfCommandAsync(connection, "SELECT pg_sleep(60)", isAsync: true);

        await own.Server.StopAsync(shutdown, Token);
        Verdict verdict = await running;
        await using NpgsqlConnection next = new(Unpooled());
        Verdict gone = await Verdict.OfOpenAsync(next, isAsync: true);
        await own.Server.StartAgainAsync(Token);

        verdict.Is(Unavailable, isFailure: true);
        gone.Is(Unavailable, isFailure: true);
    }

    [Fact]
    public async Task A_server_that_starts_up_is_unavailable_and_has_not_answered_a_probe()
    {
        await own.Server.HoldInStartupAsync(Token);
        NpgsqlAdapter adapter = new();
        await using NpgsqlConnection like = new(Unpooled());
        await using DbConnection probe = adapter.CreateProbeConnection(like, TimeSpan.FromSeconds(1));

        Verdict verdict = await Verdict.OfOpenAsync((NpgsqlConnection)probe, isAsync: true);
        await own.Server.FinishStartupAsync(Token);

        verdict.Is(Unavailable, isFailure: true);
        Assert.Equal("57P03", Assert.IsType<PostgresException>(verdict.Failure.Exception).SqlState);
        Assert.False(adapter.IsProbeAnswered(verdict.Failure));
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        NpgsqlConnection connection = new(Unpooled());
        await connection.OpenAsync(Token);
        return connection;
    }

    private string Unpooled() =>
        new NpgsqlConnectionStringBuilder(own.Server.ConnectionString) { Pooling = false }.ConnectionString;
}
