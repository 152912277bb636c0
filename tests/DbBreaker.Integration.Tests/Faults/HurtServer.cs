using DbBreaker.Integration.Tests.Application;
using DbBreaker.TestKit;
using Npgsql;

namespace DbBreaker.Integration.Tests.Faults;

/// <summary>A server of a test class's own, to be hurt by one test after the other.</summary>
public sealed class HurtServer : IAsyncLifetime
{
    private PostgresServer? _server;

    public PostgresServer Server => _server!;

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.StartAsync();
        await _server.ExecuteAsync(ItemContext.Create);
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? default;

    public string Pooled() => Pooled(Server.ConnectionString);

    /// <summary>An application's string: a pool, and timeouts that let a stuck caller go within the test.</summary>
    public static string Pooled(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString)
    {
        MaxPoolSize = GuardedApp.Pool, Timeout = 5, CommandTimeout = 5,
    }.ConnectionString;
}
