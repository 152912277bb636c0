using System.Net.Sockets;
using Npgsql;

namespace DbBreaker.TestKit.Tests;

public abstract class PostgresServerTests(PostgresFixture fixture)
{
    private readonly PostgresServer _server = fixture.Server;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_starts_with_the_settings_asked_for()
    {
        Assert.Equal("17", await _server.ScalarAsync<string>("SHOW max_connections", Token));
        Assert.Equal("dbbreaker", await _server.ScalarAsync<string>("SELECT current_database()::text", Token));
        Assert.True(_server.CanControl);
    }

    [Fact]
    public async Task A_frozen_server_answers_only_after_the_thaw()
    {
        await using var connection = await OpenAsync();
        await _server.FreezeAsync(Token);
        await using var command = new NpgsqlCommand("SELECT 42", connection);
        var answer = command.ExecuteScalarAsync(Token);
        await Assert.ThrowsAsync<TimeoutException>(() => answer.WaitAsync(TimeSpan.FromSeconds(1), Token));

        await _server.ThawAsync(Token);

        Assert.Equal(42, await answer);
    }

    [Fact]
    public async Task A_killed_server_refuses_and_starts_again_at_the_same_address_with_its_data()
    {
        await _server.ExecuteAsync("CREATE TABLE kept (id int); INSERT INTO kept VALUES (7); CHECKPOINT", Token);
        await using var connection = await OpenAsync();

        await _server.KillAsync(Token);

        await using var command = new NpgsqlCommand("SELECT 1", connection);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => command.ExecuteScalarAsync(Token));
        var refused = await Assert.ThrowsAsync<NpgsqlException>(OpenAsync);
        var cause = Assert.IsType<SocketException>(refused.InnerException);
        Assert.Equal(SocketError.ConnectionRefused, cause.SocketErrorCode);

        await _server.StartAgainAsync(Token);
        Assert.Equal(7, await _server.ScalarAsync<int>("SELECT id FROM kept", Token));
    }

    [Fact]
    public async Task A_frozen_server_can_be_killed()
    {
        await _server.FreezeAsync(Token);
        await _server.KillAsync(Token);
        await _server.StartAgainAsync(Token);
        Assert.Equal(1, await _server.ScalarAsync<int>("SELECT 1", Token));
    }

    [Theory]
    [InlineData(PostgresShutdown.Fast, "57P01")]
    [InlineData(PostgresShutdown.Immediate, "57P02")]
    public async Task A_shutdown_tells_the_sessions_its_state(PostgresShutdown shutdown, string state)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand("SELECT pg_sleep(60)", connection);
        var running = command.ExecuteScalarAsync(Token);
        await Eventually.BecomesTrueAsync(async token => await _server.ScalarAsync<long>(
                "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'", token) == 1,
            TimeSpan.FromSeconds(10), "the statement runs", cancellationToken: Token);

        await _server.StopAsync(shutdown, Token);

        var error = await Assert.ThrowsAnyAsync<NpgsqlException>(() => running);
        if (error is PostgresException told)
            Assert.Equal(state, told.SqlState);
        await _server.StartAgainAsync(Token);
    }

    [Fact]
    public async Task A_server_held_in_its_start_turns_everyone_away_until_it_is_finished()
    {
        await _server.HoldInStartupAsync(Token);
        var error = await Assert.ThrowsAsync<PostgresException>(OpenAsync);
        Assert.Equal(PostgresErrorCodes.CannotConnectNow, error.SqlState);

        await _server.FinishStartupAsync(Token);
        await _server.ExecuteAsync("CREATE TABLE writable ()", Token);
    }

    [Fact]
    public async Task A_restart_keeps_the_connection_string()
    {
        await _server.RestartAsync(Token);
        await using var connection = await OpenAsync();
        Assert.Equal(System.Data.ConnectionState.Open, connection.State);
    }

    [Fact]
    public async Task Terminated_backends_are_those_of_the_application_named()
    {
        await using var mine = await OpenAsync("mine");
        await using var other = await OpenAsync("other");

        Assert.Equal(1, await _server.TerminateBackendsAsync("mine", Token));

        await using var onMine = new NpgsqlCommand("SELECT 1", mine);
        var error = await Assert.ThrowsAsync<PostgresException>(() => onMine.ExecuteScalarAsync(Token));
        Assert.Equal(PostgresErrorCodes.AdminShutdown, error.SqlState);
        await using var onOther = new NpgsqlCommand("SELECT 1", other);
        Assert.Equal(1, await onOther.ExecuteScalarAsync(Token));
    }

    [Fact]
    public async Task A_database_of_its_own_is_there_until_it_is_disposed()
    {
        string name;
        await using (var database = await _server.CreateDatabaseAsync(Token))
        {
            name = database.Name;
            await using var connection = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
            await connection.OpenAsync(Token);
            Assert.Equal(name, connection.Database);
        }

        Assert.Equal(0, await _server.ScalarAsync<long>(
            $"SELECT count(*) FROM pg_database WHERE datname = '{name}'", Token));
    }

    [Fact]
    public async Task A_silenced_container_answers_only_after_the_silence()
    {
        if (!_server.IsContainer)
        {
            await Assert.ThrowsAsync<NotSupportedException>(() => _server.SilenceAsync(Token));
            return;
        }

        await using var connection = await OpenAsync();
        await _server.SilenceAsync(Token);
        await using var command = new NpgsqlCommand("SELECT 42", connection);
        var answer = command.ExecuteScalarAsync(Token);
        await Assert.ThrowsAsync<TimeoutException>(() => answer.WaitAsync(TimeSpan.FromSeconds(1), Token));

        await _server.UnsilenceAsync(Token);

        Assert.Equal(42, await answer);
    }

    private async Task<NpgsqlConnection> OpenAsync() => await OpenAsync("test");

    private async Task<NpgsqlConnection> OpenAsync(string applicationName)
    {
        var builder = _server.CreateBuilder();
        builder.Pooling = false;
        builder.ApplicationName = applicationName;
        var connection = new NpgsqlConnection(builder.ConnectionString);
        await connection.OpenAsync(Token);
        return connection;
    }
}

/// <summary>The same, from binaries of this machine.</summary>
public sealed class LocalPostgresServerTests(LocalPostgresFixture fixture)
    : PostgresServerTests(fixture), IClassFixture<LocalPostgresFixture>;

/// <summary>The same, in a container.</summary>
public sealed class ContainerPostgresServerTests(ContainerPostgresFixture fixture)
    : PostgresServerTests(fixture), IClassFixture<ContainerPostgresFixture>;
