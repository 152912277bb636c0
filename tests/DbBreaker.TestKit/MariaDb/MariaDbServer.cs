using MySqlConnector;

namespace DbBreaker.TestKit;

/// <summary>
/// A real MariaDB server that a test can freeze, silence, kill and start again; its connection string stays the same
/// throughout. It is removed on dispose, at the end of the process and on Ctrl-C.
/// </summary>
/// <remarks>Safe for several threads as a client's target; control it from one at a time.</remarks>
public sealed class MariaDbServer : IAsyncDisposable
{
    /// <summary>The variable that holds the connection string of a server to share.</summary>
    public const string ConnectionStringVariable = "DBBREAKER_MARIADB";

    private static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(60);
    private static readonly Lazy<Task<MariaDbServer>> Shared = new(FindSharedAsync);

    private readonly ServerHost? _host;
    private readonly TimeSpan _readyDeadline;
    private bool _isShared;
    private bool _frozen;

    private MariaDbServer(ServerHost? host, string connectionString, TimeSpan readyDeadline)
    {
        _host = host;
        _readyDeadline = readyDeadline;
        ConnectionString = connectionString;
    }

    /// <summary>How clients reach the server; the same over freezes, kills and restarts.</summary>
    public string ConnectionString { get; }

    /// <summary>The server's name or address for clients.</summary>
    public string Host => CreateBuilder().Server;

    /// <summary>The server's port for clients.</summary>
    public int Port => (int)CreateBuilder().Port;

    /// <summary>Whether the server can be hurt: false for one that was given by its connection string.</summary>
    public bool CanControl => _host is not null && !_isShared;

    /// <summary>Whether the server runs in a container, so that <see cref="SilenceAsync"/> may work.</summary>
    public bool IsContainer => _host is ContainerHost;

    private ServerHost Controlled => CanControl
        ? _host!
        : throw new NotSupportedException(
            $"A server that others share is not hurt; start one with {nameof(StartAsync)}.");

    /// <summary>
    /// The server that all tests of the process share when none of them hurts it: <c>DBBREAKER_MARIADB</c> when it is
    /// set, else one that is started once. Disposing it does nothing; it ends with the process.
    /// </summary>
    public static Task<MariaDbServer> FindAsync() => Shared.Value;

    /// <summary>Installs Debian's server when there is none, this is Debian, and this process is root.</summary>
    /// <returns>Whether there is a way to a server without a pull.</returns>
    public static async Task<bool> TryInstallAsync(CancellationToken cancellationToken = default) =>
        await DebianPackages.TryInstallAsync("mariadb-server", () => MariaDbBinaries.AreThere, cancellationToken)
        || (await DockerEngine.FindAsync() is { } docker
            && await ImageStore.HasAsync(docker, MariaDbContainer.Image, cancellationToken));

    /// <summary>Starts a server of the caller's own: a container when its image is here, else binaries.</summary>
    /// <exception cref="InvalidOperationException">There is no way to a server; the text names the three.</exception>
    /// <exception cref="TimeoutException">It started, and did not answer within the deadline.</exception>
    public static async Task<MariaDbServer> StartAsync(
        MariaDbServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new MariaDbServerOptions();
        Secrets.Add(options.User, options.Password);
        var host = await MariaDbFinder.StartAsync(options, cancellationToken);
        var builder = new MySqlConnectionStringBuilder
        {
            Server = host.Host, Port = (uint)host.Port, Database = options.Database, UserID = options.User,
            Password = options.Password,
        };
        var server = new MariaDbServer(host, builder.ConnectionString, options.ReadyDeadline);
        try
        {
            await server.WaitUntilReadyAsync(cancellationToken);
            return server;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>The connection string, to be changed at will.</summary>
    public MySqlConnectionStringBuilder CreateBuilder() => new(ConnectionString);

    /// <summary>The server stands still: connections stay open, nothing answers.</summary>
    public async Task FreezeAsync(CancellationToken cancellationToken = default)
    {
        await Controlled.FreezeAsync(cancellationToken);
        _frozen = true;
    }

    /// <summary>Ends <see cref="FreezeAsync"/>; does nothing on a server that is not frozen.</summary>
    public async Task ThawAsync(CancellationToken cancellationToken = default)
    {
        if (!_frozen)
            return;
        await Controlled.ThawAsync(cancellationToken);
        _frozen = false;
    }

    /// <summary>Drops every packet to and from the server, as a cut cable does.</summary>
    /// <exception cref="NotSupportedException">It is no container, or this process may not filter packets.</exception>
    public Task SilenceAsync(CancellationToken cancellationToken = default) =>
        Controlled.SilenceAsync(cancellationToken);

    /// <summary>Ends <see cref="SilenceAsync"/>; does nothing on a server that is not silenced.</summary>
    public Task UnsilenceAsync(CancellationToken cancellationToken = default) =>
        Controlled.UnsilenceAsync(cancellationToken);

    /// <summary>SIGKILL: no farewell to anyone. Works on a frozen server too.</summary>
    public Task KillAsync(CancellationToken cancellationToken = default) => EndAsync(Signals.Kill, cancellationToken);

    /// <summary>Shuts the server down (1053 or a closed connection for its clients); its data stays.</summary>
    public Task StopAsync(CancellationToken cancellationToken = default) =>
        EndAsync(Signals.Terminate, cancellationToken);

    /// <summary>Starts an ended server again, on the same port with its data, and waits until it answers.</summary>
    public async Task StartAgainAsync(CancellationToken cancellationToken = default)
    {
        await Controlled.StartAsync(cancellationToken);
        await WaitUntilReadyAsync(cancellationToken);
    }

    /// <summary>A shutdown and a start.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken = default)
    {
        await StopAsync(cancellationToken);
        await StartAgainAsync(cancellationToken);
    }

    /// <summary>Runs a statement on a connection of its own, outside any pool.</summary>
    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken = default)
    {
        await using var connection = await ConnectAsync(cancellationToken);
        await using var command = new MySqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The first value that a query gives, on a connection of its own, outside any pool.</summary>
    public async Task<T> ScalarAsync<T>(string sql, CancellationToken cancellationToken = default)
    {
        await using var connection = await ConnectAsync(cancellationToken);
        await using var command = new MySqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_host is not null && !_isShared)
            await _host.DisposeAsync();
    }

    private static async Task<MariaDbServer> FindSharedAsync()
    {
        if (Environment.GetEnvironmentVariable(ConnectionStringVariable) is not { Length: > 0 } given)
        {
            var started = await StartAsync();
            started._isShared = true;
            return started;
        }

        var server = new MariaDbServer(null, given, TimeSpan.Zero) { _isShared = true };
        Secrets.Add(server.CreateBuilder().UserID, server.CreateBuilder().Password);
        await server.ExecuteAsync("SELECT 1");
        return server;
    }

    private async Task EndAsync(int signal, CancellationToken cancellationToken)
    {
        await Controlled.EndAsync(signal, EndDeadline, cancellationToken);
        _frozen = false;
    }

    private Task WaitUntilReadyAsync(CancellationToken cancellationToken) =>
        Controlled.WaitUntilReadyAsync($"MariaDB at {Host}:{Port}", async token =>
        {
            await using var connection = await ConnectAsync(token);
        }, _readyDeadline, cancellationToken);

    private async Task<MySqlConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var builder = CreateBuilder();
        builder.Pooling = false;
        builder.ConnectionTimeout = 5;
        var connection = new MySqlConnection(builder.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
