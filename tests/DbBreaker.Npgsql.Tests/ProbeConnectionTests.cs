using System.Data.Common;
using DbBreaker.TestKit;
using Npgsql;

namespace DbBreaker.Npgsql.Tests;

public sealed class ProbeConnectionTests
{
    private static readonly TimeSpan _timeout = TimeSpan.FromMilliseconds(750);
    private readonly NpgsqlAdapter _adapter = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_probe_gets_in_although_the_pool_is_full()
    {
        NpgsqlConnectionStringBuilder builder = await NewBuilderAsync();
        builder.MaxPoolSize = 1;
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(builder);
        await using NpgsqlConnection holder = await source.OpenConnectionAsync(Token);

        await AskAsync(_adapter.CreateProbeConnection(holder, _timeout));
    }

    [Fact]
    public async Task A_probe_s_session_ends_with_it()
    {
        await using NpgsqlConnection connection = new((await NewBuilderAsync()).ConnectionString);
        DbConnection probe = _adapter.CreateProbeConnection(connection, _timeout);
        await probe.OpenAsync(Token);
        int processId = ((NpgsqlConnection)probe).ProcessID;
        await probe.DisposeAsync();

        PostgresServer server = await PostgresServer.FindAsync();
        await Eventually.BecomesTrueAsync(
            async token => await server.ScalarAsync<long>(
                $"SELECT count(*) FROM pg_stat_activity WHERE pid = {processId}", token) == 0,
            TimeSpan.FromSeconds(10), "the probe's session is gone", cancellationToken: Token);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_probe_keeps_the_password_of_a_connection(bool wasOpened)
    {
        await using NpgsqlConnection connection = new((await NewBuilderAsync()).ConnectionString);
        if (wasOpened) await connection.OpenAsync(Token);
        await using NpgsqlConnection clone = (NpgsqlConnection)((ICloneable)connection).Clone();

        await AskAsync(_adapter.CreateProbeConnection(connection, _timeout));
        await AskAsync(_adapter.CreateProbeConnection(clone, _timeout));
    }

    [Fact]
    public async Task A_probe_keeps_the_password_of_a_failed_connection()
    {
        NpgsqlConnectionStringBuilder builder = await NewBuilderAsync();
        (builder.Database, builder.Pooling) = ("no_such_database", false);
        await using NpgsqlConnection connection = new(builder.ConnectionString);
        await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync(Token));

        await using DbConnection probe = _adapter.CreateProbeConnection(connection, _timeout);
        PostgresException exception = await Assert.ThrowsAsync<PostgresException>(() => probe.OpenAsync(Token));

        Assert.Equal("3D000", exception.SqlState);
    }

    [Fact]
    public async Task A_probe_keeps_the_password_of_a_data_source()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(await NewBuilderAsync());
        await using NpgsqlConnection connection = source.CreateConnection();

        Assert.DoesNotContain("Password", connection.ConnectionString, StringComparison.Ordinal);
        await AskAsync(_adapter.CreateProbeConnection(connection, _timeout));
    }

    [Fact]
    public async Task A_probe_asks_the_password_provider_of_a_data_source()
    {
        NpgsqlConnectionStringBuilder builder = await NewBuilderAsync();
        string password = builder.Password!;
        builder.Password = null;
        NpgsqlDataSourceBuilder sourceBuilder = new(builder.ConnectionString);
        sourceBuilder.UsePasswordProvider(_ => password, (_, _) => new ValueTask<string>(password));
        await using NpgsqlDataSource source = sourceBuilder.Build();
        await using NpgsqlConnection connection = source.CreateConnection();

        await AskAsync(_adapter.CreateProbeConnection(connection, _timeout));
    }

    [Fact]
    public async Task A_probe_uses_the_newest_password_of_a_periodic_provider()
    {
        NpgsqlConnectionStringBuilder builder = await NewBuilderAsync();
        string password = builder.Password!;
        builder.Password = null;
        string current = "expired";
        NpgsqlDataSourceBuilder sourceBuilder = new(builder.ConnectionString);
        sourceBuilder.UsePeriodicPasswordProvider(
            (_, _) => new ValueTask<string>(Volatile.Read(ref current)),
            TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(20));
        await using NpgsqlDataSource source = sourceBuilder.Build();
        await using NpgsqlConnection connection = source.CreateConnection();

        await using (DbConnection probe = _adapter.CreateProbeConnection(connection, _timeout))
        {
            PostgresException refused = await Assert.ThrowsAsync<PostgresException>(() => probe.OpenAsync(Token));
            Assert.Equal("28P01", refused.SqlState);
        }

        Volatile.Write(ref current, password);
        await Eventually.BecomesTrueAsync(
            async _ =>
            {
                await AskAsync(_adapter.CreateProbeConnection(connection, _timeout));
                return true;
            },
            TimeSpan.FromSeconds(10), "the new password is used", cancellationToken: Token);
    }

    [Fact]
    public async Task A_probe_is_bounded_and_alone()
    {
        NpgsqlConnectionStringBuilder builder = await NewBuilderAsync();
        (builder.Timeout, builder.CommandTimeout, builder.KeepAlive) = (15, 0, 10);
        (builder.MinPoolSize, builder.Multiplexing, builder.Enlist) = (2, true, true);
        await using NpgsqlConnection connection = new(builder.ConnectionString);

        await using DbConnection probe = _adapter.CreateProbeConnection(connection, _timeout);

        NpgsqlConnectionStringBuilder settings = new(probe.ConnectionString);
        Assert.Equal((false, false, false), (settings.Pooling, settings.Multiplexing, settings.Enlist));
        Assert.Equal((1, 1, 0), (settings.Timeout, settings.CommandTimeout, settings.KeepAlive));
        Assert.True(settings.TcpKeepAlive);
        Assert.Equal(15, connection.ConnectionTimeout);
    }

    [Fact]
    public void A_connection_of_another_driver_is_refused_by_name()
    {
        using NpgsqlConnection empty = new();

        Assert.Throws<ArgumentNullException>(() => _adapter.CreateProbeConnection(null!, _timeout));
        Assert.Throws<ArgumentException>(() => _adapter.CreateProbeConnection(empty, _timeout));
    }

    private static async Task AskAsync(DbConnection probe)
    {
        await using (probe)
        {
            await probe.OpenAsync(Token);
            await using DbCommand command = probe.CreateCommand();
            command.CommandText = new NpgsqlAdapter().ProbeCommandText;
            Assert.Equal(1, await command.ExecuteScalarAsync(Token));
        }
    }

    private static async Task<NpgsqlConnectionStringBuilder> NewBuilderAsync() =>
        (await PostgresServer.FindAsync()).CreateBuilder();
}
