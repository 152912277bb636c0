using Npgsql;

namespace DbBreaker.TestKit.Tests;

public sealed class PgBouncerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_passes_queries_on_says_when_the_server_is_gone_and_recovers_with_it()
    {
        Assert.SkipUnless(
            await PgBouncer.TryInstallAsync(Token), "pgbouncer is not on this machine and cannot be installed.");
        await using var server = await PostgresServer.StartAsync(cancellationToken: Token);
        await using var bouncer = await PgBouncer.StartAsync(server, new PgBouncerOptions
        {
            PoolSize = 2, Settings = new Dictionary<string, string> { ["server_login_retry"] = "1" },
        }, Token);
        Assert.NotEqual(server.Port, bouncer.Port);

        await server.KillAsync(Token);
        var error = await Assert.ThrowsAnyAsync<NpgsqlException>(QueryAsync);
        Assert.False(error is PostgresException { SqlState: PostgresErrorCodes.InvalidPassword });

        await server.StartAgainAsync(Token);
        await Eventually.BecomesTrueAsync(async _ => await QueryAsync() == 1, TimeSpan.FromSeconds(20),
            "queries pass again", cancellationToken: Token);

        await bouncer.KillAsync(Token);
        await Assert.ThrowsAnyAsync<NpgsqlException>(QueryAsync);
        await bouncer.StartAgainAsync(Token);
        Assert.Equal(1, await QueryAsync());

        async Task<int> QueryAsync()
        {
            await using var connection = new NpgsqlConnection(
                bouncer.ConnectionString + ";Pooling=false;Timeout=3;Command Timeout=3");
            await connection.OpenAsync(Token);
            await using var command = new NpgsqlCommand("SELECT 1", connection);
            return (int)(await command.ExecuteScalarAsync(Token))!;
        }
    }
}
