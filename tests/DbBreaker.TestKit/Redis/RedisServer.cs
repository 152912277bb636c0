using System.Net.Sockets;
using System.Text;

namespace DbBreaker.TestKit;

/// <summary>
/// A real Redis server of a test's own, that it can freeze and end: a container when its image is here, else Debian's
/// binary. It is removed on dispose, at the end of the process and on Ctrl-C.
/// </summary>
/// <remarks>Safe for several threads as a client's target; control it from one at a time.</remarks>
public sealed class RedisServer : IAsyncDisposable
{
    private static readonly TimeSpan ReadyDeadline = TimeSpan.FromSeconds(60), EndDeadline = TimeSpan.FromSeconds(30);

    private readonly ServerHost _host;

    private RedisServer(ServerHost host) => _host = host;

    /// <summary>How clients reach the server: host and port.</summary>
    public string ConnectionString => $"{_host.Host}:{_host.Port}";

    /// <summary>Starts a server and waits until it answers.</summary>
    /// <exception cref="InvalidOperationException">There is no way to a server; the text names them.</exception>
    /// <exception cref="TimeoutException">It started, and did not answer in time.</exception>
    public static async Task<RedisServer> StartAsync(CancellationToken cancellationToken = default)
    {
        var server = new RedisServer(await FindHostAsync(cancellationToken));
        try
        {
            await server._host.WaitUntilReadyAsync(
                $"Redis at {server.ConnectionString}", server.PingAsync, ReadyDeadline, cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The server stands still: connections stay open, nothing answers.</summary>
    public Task FreezeAsync(CancellationToken cancellationToken = default) => _host.FreezeAsync(cancellationToken);

    /// <summary>Ends <see cref="FreezeAsync"/>.</summary>
    public Task ThawAsync(CancellationToken cancellationToken = default) => _host.ThawAsync(cancellationToken);

    /// <summary>SIGKILL: no farewell to anyone.</summary>
    public Task KillAsync(CancellationToken cancellationToken = default) =>
        _host.EndAsync(Signals.Kill, EndDeadline, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private static async Task<ServerHost> FindHostAsync(CancellationToken cancellationToken)
    {
        ServerSource source = ServerSources.Resolve(ServerSource.Any);
        Docker.DotNet.DockerClient? docker = source == ServerSource.Local ? null : await DockerEngine.FindAsync();
        // A pull takes long where it works at all: it is not waited for when this machine has the binary.
        bool mayPull = source == ServerSource.Container || !RedisBinaries.AreThere;
        Exception? refusal = null;
        if (docker is not null
            && (mayPull || await ImageStore.HasAsync(docker, RedisContainer.Image, cancellationToken)))
        {
            try
            {
                return await RedisContainer.StartAsync(docker, cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                refusal = exception;
            }
        }

        if (source != ServerSource.Container
            && await DebianPackages.TryInstallAsync("redis-server", () => RedisBinaries.AreThere, cancellationToken))
            return await RedisBinaries.StartAsync(cancellationToken);
        throw new InvalidOperationException(
            $"No Redis for the tests. Give one of: a container engine with the image {RedisContainer.Image} "
            + "(another one: "
            + $"{RedisContainer.ImageVariable}), or the program 'redis-server'. "
            + (refusal?.Message ?? "No container engine was asked."), refusal);
    }

    private async Task PingAsync(CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_host.Host, _host.Port, cancellationToken);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync("PING\r\n"u8.ToArray(), cancellationToken);
        var answer = new byte[7];
        await stream.ReadExactlyAsync(answer, cancellationToken);
        if (Encoding.ASCII.GetString(answer) != "+PONG\r\n")
            throw new InvalidOperationException("Redis does not answer a PING yet.");
    }
}
