using DbBreaker.TestKit;

namespace DbBreaker.Npgsql.Tests;

/// <summary>A server of a class's own, to be hurt.</summary>
public sealed class OwnServer : IAsyncLifetime
{
    public PostgresServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await PostgresServer.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
