using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Networks;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace DbBreaker.TestKit;

/// <summary>A primary and its streaming standby, both of which can be hurt, as a multi-host string sees them.</summary>
public sealed class PostgresPair : IAsyncDisposable
{
    private static readonly TimeSpan StreamingDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RemovalDeadline = TimeSpan.FromSeconds(10);

    private readonly INetwork? _network;

    private PostgresPair(PostgresServer primary, PostgresServer standby, INetwork? network)
    {
        Primary = primary;
        Standby = standby;
        _network = network;
    }

    /// <summary>The server that takes writes until it is stopped.</summary>
    public PostgresServer Primary { get; }

    /// <summary>The read-only standby, until <see cref="PromoteStandbyAsync"/>.</summary>
    public PostgresServer Standby { get; }

    /// <summary>Both servers in one multi-host connection string, the primary first.</summary>
    public string ConnectionString
    {
        get
        {
            var builder = Primary.CreateBuilder();
            builder.Host = $"{Primary.Host}:{Primary.Port},{Standby.Host}:{Standby.Port}";
            builder.Remove(nameof(NpgsqlConnectionStringBuilder.Port));
            return builder.ConnectionString;
        }
    }

    /// <summary>Starts both and returns once the standby streams.</summary>
    /// <param name="options">For both servers; their network and primary are the pair's own.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<PostgresPair> StartAsync(
        PostgresServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new PostgresServerOptions();
        PostgresServer? primary = null;
        PostgresServer? standby = null;
        var network = await CreateNetworkAsync(options, cancellationToken);
        try
        {
            primary = await PostgresServer.StartAsync(
                options with { Network = network?.Name, NetworkAlias = "primary" }, cancellationToken);
            var source = primary.IsContainer ? ServerSource.Container : ServerSource.Local;
            standby = await PostgresServer.StartAsync(
                options with
                {
                    Source = source, Network = network?.Name, NetworkAlias = "standby",
                    PrimaryConnInfo = primary.PeerConnInfo,
                }, cancellationToken);
            var pair = new PostgresPair(primary, standby, network);
            await pair.WaitUntilStreamingAsync(cancellationToken);
            return pair;
        }
        catch
        {
            await RemoveAsync(standby, primary, network);
            throw;
        }
    }

    /// <summary>Waits until the standby streams from the primary, as after a restart of either.</summary>
    public Task WaitUntilStreamingAsync(CancellationToken cancellationToken = default) =>
        Eventually.BecomesTrueAsync(
            async token => await Primary.ScalarAsync<long>(
                "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'", token) > 0,
            StreamingDeadline, "the standby streams", interval: TimeSpan.FromMilliseconds(50),
            cancellationToken: cancellationToken);

    /// <summary>Makes the standby a primary, as a failover does. The old primary is not touched.</summary>
    public Task PromoteStandbyAsync(CancellationToken cancellationToken = default) =>
        Standby.ScalarAsync<bool>("SELECT pg_promote(true, 30)", cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => RemoveAsync(Standby, Primary, _network);

    private static async ValueTask RemoveAsync(PostgresServer? standby, PostgresServer? primary, INetwork? network)
    {
        if (standby is not null)
            await standby.DisposeAsync();
        if (primary is not null)
            await primary.DisposeAsync();
        if (network is null)
            return;
        await network.DisposeAsync();
        Cleanup.Forget(network);
    }

    private static async Task<INetwork?> CreateNetworkAsync(
        PostgresServerOptions options, CancellationToken cancellationToken)
    {
        if (ServerSources.Resolve(options.Source) == ServerSource.Local || await DockerEngine.FindAsync() is null)
            return null;
        var network = new NetworkBuilder()
            .WithLabel(DockerEngine.Labels)
            .WithLogger(NullLogger.Instance)
            .Build();
        Cleanup.AtExit(
            network, () => Task.Run(() => network.DisposeAsync().AsTask()).Wait(RemovalDeadline), last: true);
        await network.CreateAsync(cancellationToken);
        return network;
    }
}
