using Npgsql;

namespace DbBreaker.TestKit.Tests;

public sealed class PostgresPairTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ServerSource.Container)]
    [InlineData(ServerSource.Local)]
    public async Task The_standby_follows_and_takes_over(ServerSource source)
    {
        Assert.SkipUnless(await PostgresFixture.IsThereAsync(source), $"This machine has no {source} PostgreSQL.");
        await using var pair = await PostgresPair.StartAsync(new PostgresServerOptions { Source = source }, Token);
        await pair.Primary.ExecuteAsync("CREATE TABLE followed AS SELECT 5 AS id", Token);
        await Eventually.BecomesTrueAsync(
            async token => await pair.Standby.ScalarAsync<int>("SELECT id FROM followed", token) == 5,
            TimeSpan.FromSeconds(20), "the standby has the row", cancellationToken: Token);
        var error = await Assert.ThrowsAsync<PostgresException>(
            () => pair.Standby.ExecuteAsync("INSERT INTO followed VALUES (6)", Token));
        Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, error.SqlState);

        await pair.Standby.RestartAsync(Token);
        await pair.WaitUntilStreamingAsync(Token);

        await using var pool = new NpgsqlDataSourceBuilder(pair.ConnectionString).BuildMultiHost();
        await using (var connection = await pool.OpenConnectionAsync(TargetSessionAttributes.ReadWrite, Token))
            Assert.Equal(pair.Primary.Port, connection.Port);
        await pair.Primary.KillAsync(Token);
        await pair.PromoteStandbyAsync(Token);
        pool.Clear();
        await using (var connection = await pool.OpenConnectionAsync(TargetSessionAttributes.ReadWrite, Token))
            Assert.Equal(pair.Standby.Port, connection.Port);
    }
}
