using DbBreaker.Integration.Tests.Application;
using DbBreaker.TestKit;
using Npgsql;

namespace DbBreaker.Integration.Tests.Storms;

/// <summary>A server of a test class's own, with a table in it, that stays well.</summary>
public sealed class StormServer : IAsyncLifetime
{
    private PostgresServer? _server;
    private NpgsqlDataSource? _others;

    public string ConnectionString => _server!.ConnectionString;

    /// <summary>Other applications on the same database, without a guard.</summary>
    public NpgsqlDataSource Others => _others!;

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.StartAsync(new PostgresServerOptions { MaxConnections = 300 });
        _others = new NpgsqlDataSourceBuilder(ConnectionString)
        {
            ConnectionStringBuilder = { MaxPoolSize = 40 },
        }.Build();
        await using NpgsqlCommand create = _others.CreateCommand(ItemContext.Create);
        await create.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_others is not null) await _others.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
    }

    public string Pooled(int commandTimeout = 30) => new NpgsqlConnectionStringBuilder(ConnectionString)
    {
        MaxPoolSize = GuardedApp.Pool, CommandTimeout = commandTimeout,
    }.ConnectionString;
}
