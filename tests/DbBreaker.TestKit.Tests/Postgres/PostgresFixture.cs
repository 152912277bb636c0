namespace DbBreaker.TestKit.Tests;

/// <summary>One server for a class whose tests each leave it running.</summary>
public abstract class PostgresFixture(ServerSource source) : IAsyncLifetime
{
    public const int MaxConnections = 17;

    private PostgresServer? _server;

    /// <summary>The server; where this source has none, the test is skipped.</summary>
    public PostgresServer Server
    {
        get
        {
            Assert.SkipWhen(_server is null, $"This machine has no {source} PostgreSQL.");
            return _server;
        }
    }

    public static async Task<bool> IsThereAsync(ServerSource source) => source == ServerSource.Local
        ? PostgresBinaries.Find("initdb") is not null
        : await DockerEngine.FindAsync() is { } docker && await ImageStore.HasAsync(docker, PostgresContainer.Image);

    public async ValueTask InitializeAsync()
    {
        var options = new PostgresServerOptions { Source = source, MaxConnections = MaxConnections };
        if (await IsThereAsync(source))
            _server = await PostgresServer.StartAsync(options, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }
}

public sealed class LocalPostgresFixture() : PostgresFixture(ServerSource.Local);

public sealed class ContainerPostgresFixture() : PostgresFixture(ServerSource.Container);
