using MySqlConnector;

namespace DbBreaker.TestKit.Tests;

public sealed class MariaDbServerTests : IAsyncLifetime
{
    private MariaDbServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(
            await MariaDbServer.TryInstallAsync(Token), "This machine has no MariaDB and it cannot be installed.");
        _server = await MariaDbServer.StartAsync(new MariaDbServerOptions { MaxConnections = 17 }, Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_frozen_server_answers_only_after_the_thaw()
    {
        Assert.Equal(17, await _server.ScalarAsync<long>("SELECT CAST(@@max_connections AS INT)", Token));
        await using var connection = await OpenAsync();
        await _server.FreezeAsync(Token);
        await using var command = new MySqlCommand("SELECT 42", connection);
        var answer = command.ExecuteScalarAsync(Token);
        await Assert.ThrowsAsync<TimeoutException>(() => answer.WaitAsync(TimeSpan.FromSeconds(1), Token));

        await _server.ThawAsync(Token);

        Assert.Equal(42, Convert.ToInt32(await answer));
    }

    [Fact]
    public async Task A_killed_or_restarted_server_comes_back_at_the_same_address_with_its_data()
    {
        await _server.ExecuteAsync("CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)", Token);
        await _server.FreezeAsync(Token);
        await _server.KillAsync(Token);
        var refused = await Assert.ThrowsAsync<MySqlException>(OpenAsync);
        Assert.Equal(MySqlErrorCode.UnableToConnectToHost, refused.ErrorCode);

        await _server.StartAgainAsync(Token);
        Assert.Equal(7, await _server.ScalarAsync<int>("SELECT id FROM kept", Token));

        await _server.RestartAsync(Token);
        Assert.Equal(7, await _server.ScalarAsync<int>("SELECT id FROM kept", Token));
    }

    private async Task<MySqlConnection> OpenAsync()
    {
        var connection = new MySqlConnection(_server.ConnectionString + ";Pooling=false");
        await connection.OpenAsync(Token);
        return connection;
    }
}
