using Npgsql;

namespace DbBreaker.TestKit;

/// <summary>
/// A real PostgreSQL server that a test can freeze, silence, kill and start again; its connection string stays the
/// same throughout. It is removed on dispose, at the end of the process and on Ctrl-C.
/// </summary>
/// <remarks>Safe for several threads as a client's target; control it from one at a time.</remarks>
public sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>The variable that holds the connection string of a server to share.</summary>
    public const string ConnectionStringVariable = "DBBREAKER_POSTGRES";

    private const string ControlName = "dbbreaker-testkit";
    private static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(30);
    private static readonly Lazy<Task<PostgresServer>> Shared = new(FindSharedAsync);

    private readonly ServerHost? _host;
    private readonly PostgresServerOptions _options;
    private bool _isShared;
    private bool _frozen;
    private string? _data;

    private PostgresServer(ServerHost? host, string connectionString, PostgresServerOptions options)
    {
        _host = host;
        _options = options;
        ConnectionString = connectionString;
    }

    /// <summary>How clients reach the server; the same over freezes, kills and restarts.</summary>
    public string ConnectionString { get; }

    /// <summary>The server's name or address for clients.</summary>
    public string Host => new NpgsqlConnectionStringBuilder(ConnectionString).Host!;

    /// <summary>The server's port for clients.</summary>
    public int Port => new NpgsqlConnectionStringBuilder(ConnectionString).Port;

    /// <summary>Whether the server can be hurt: false for one that was given by its connection string.</summary>
    public bool CanControl => _host is not null && !_isShared;

    /// <summary>Whether the server runs in a container, so that <see cref="SilenceAsync"/> may work.</summary>
    public bool IsContainer => _host is ContainerHost;

    internal string PeerConnInfo =>
        $"host={Controlled.PeerAddress.Host} port={Controlled.PeerAddress.Port} user={_options.User} "
        + $"password={_options.Password}";

    private ServerHost Controlled => CanControl
        ? _host!
        : throw new NotSupportedException(
            $"A server that others share is not hurt; start one with {nameof(StartAsync)}.");

    /// <summary>
    /// The server that all tests of the process share when none of them hurts it: <c>DBBREAKER_POSTGRES</c> when it is
    /// set, else one that is started once. Disposing it does nothing; it ends with the process.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no way to a server; the text names the three.</exception>
    public static Task<PostgresServer> FindAsync() => Shared.Value;

    /// <summary>Starts a server of the caller's own: a container, else local binaries.</summary>
    /// <exception cref="InvalidOperationException">There is no way to a server; the text names the three.</exception>
    /// <exception cref="TimeoutException">It started, and did not answer within the deadline.</exception>
    public static async Task<PostgresServer> StartAsync(
        PostgresServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new PostgresServerOptions();
        Secrets.Add(options.User, options.Password);
        var host = await PostgresFinder.StartAsync(options, cancellationToken);
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = host.Host, Port = host.Port, Database = options.Database, Username = options.User,
            Password = options.Password,
        };
        var server = new PostgresServer(host, builder.ConnectionString, options);
        try
        {
            await server.WaitUntilReadyAsync("postgres", cancellationToken);
            if (host is LocalHost && options.PrimaryConnInfo is null)
                await server.EnsureDatabaseAsync(cancellationToken);
            await server.WaitUntilReadyAsync(options.Database, cancellationToken);
            return server;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>The connection string, to be changed at will.</summary>
    public NpgsqlConnectionStringBuilder CreateBuilder() => new(ConnectionString);

    /// <summary>A fresh database on this server: some 50 ms, against seconds for a server.</summary>
    public async Task<PostgresDatabase> CreateDatabaseAsync(CancellationToken cancellationToken = default)
    {
        var name = $"test_{Guid.NewGuid():N}";
        await ExecuteAsync($"CREATE DATABASE \"{name}\"", cancellationToken);
        var builder = CreateBuilder();
        builder.Database = name;
        return new PostgresDatabase(this, name, builder.ConnectionString);
    }

    /// <summary>Every process of the server stands still: connections stay open, nothing answers.</summary>
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

    /// <summary>SIGKILL to every process: no farewell to anyone. Works on a frozen server too.</summary>
    public Task KillAsync(CancellationToken cancellationToken = default) =>
        EndAsync(Signals.Kill, cancellationToken);

    /// <summary>Shuts the server down; its data stays for <see cref="StartAgainAsync"/>.</summary>
    public Task StopAsync(
        PostgresShutdown shutdown = PostgresShutdown.Fast, CancellationToken cancellationToken = default) =>
        EndAsync(shutdown switch
        {
            PostgresShutdown.Smart => Signals.Terminate,
            PostgresShutdown.Fast => Signals.Interrupt,
            _ => Signals.Quit,
        }, cancellationToken);

    /// <summary>Starts an ended server again, on the same port with its data, and waits until it answers.</summary>
    public async Task StartAgainAsync(CancellationToken cancellationToken = default)
    {
        await Controlled.StartAsync(cancellationToken);
        await WaitUntilReadyAsync(_options.Database, cancellationToken);
    }

    /// <summary>A fast shutdown and a start.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken = default)
    {
        await StopAsync(cancellationToken: cancellationToken);
        await StartAgainAsync(cancellationToken);
    }

    /// <summary>
    /// Restarts the server into a start that does not end: it listens and turns everyone away with 57P03, as during
    /// crash recovery, until <see cref="FinishStartupAsync"/>.
    /// </summary>
    public async Task HoldInStartupAsync(CancellationToken cancellationToken = default)
    {
        var host = Controlled;
        _data = await ScalarAsync<string>("SHOW data_directory", cancellationToken);
        // A standby that may not be read and whose primary never comes is in recovery for ever.
        await ExecuteAsync("ALTER SYSTEM SET hot_standby = off", cancellationToken);
        await host.RunAsync($": > '{_data}/standby.signal'", cancellationToken);
        await StopAsync(cancellationToken: cancellationToken);
        await host.StartAsync(cancellationToken);
        await Eventually.BecomesTrueAsync(async token =>
        {
            try
            {
                await using var connection = await ConnectAsync(_options.Database, token);
                return false;
            }
            catch (PostgresException exception)
            {
                return exception.SqlState == PostgresErrorCodes.CannotConnectNow;
            }
        }, _options.ReadyDeadline, "the server says that it is starting up", cancellationToken: cancellationToken);
    }

    /// <summary>Ends <see cref="HoldInStartupAsync"/> and waits until the server answers.</summary>
    public async Task FinishStartupAsync(CancellationToken cancellationToken = default)
    {
        await Controlled.RunAsync($": > '{_data}/promote'", cancellationToken);
        await Controlled.SignalAsync(Signals.User1, cancellationToken);
        await WaitUntilReadyAsync(_options.Database, cancellationToken);
        await ExecuteAsync("ALTER SYSTEM RESET hot_standby", cancellationToken);
    }

    /// <summary>Ends the sessions of clients (57P01), optionally only those with an application name.</summary>
    /// <returns>How many sessions were ended.</returns>
    public async Task<long> TerminateBackendsAsync(
        string? applicationName = null, CancellationToken cancellationToken = default) =>
        await ScalarAsync<long>(
            """
            SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'
              AND ($1::text IS NULL OR application_name = $1)
            """, cancellationToken, (object?)applicationName ?? DBNull.Value);

    /// <summary>Runs a statement on a connection of its own, outside any pool.</summary>
    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken = default)
    {
        await using var connection = await ConnectAsync(_options.Database, cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The first value that a query gives, on a connection of its own, outside any pool.</summary>
    public async Task<T> ScalarAsync<T>(
        string sql, CancellationToken cancellationToken = default, params object[] parameters)
    {
        await using var connection = await ConnectAsync(_options.Database, cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_host is not null && !_isShared)
            await _host.DisposeAsync();
    }

    private static async Task<PostgresServer> FindSharedAsync()
    {
        if (Environment.GetEnvironmentVariable(ConnectionStringVariable) is not { Length: > 0 } given)
        {
            var started = await StartAsync();
            started._isShared = true;
            return started;
        }

        var builder = new NpgsqlConnectionStringBuilder(given);
        // The usual user's name is part of the provider's, which every guard shows.
        Secrets.Add(builder.Username == "postgres" ? null : builder.Username, builder.Password);
        var options = new PostgresServerOptions { Database = builder.Database ?? builder.Username ?? "postgres" };
        var server = new PostgresServer(null, given, options) { _isShared = true };
        await server.ScalarAsync<int>("SELECT 1");
        return server;
    }

    private async Task EndAsync(int signal, CancellationToken cancellationToken)
    {
        await Controlled.EndAsync(signal, EndDeadline, cancellationToken);
        _frozen = false;
    }

    private async Task EnsureDatabaseAsync(CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync("postgres", cancellationToken);
        await using var command = new NpgsqlCommand($"CREATE DATABASE \"{_options.Database}\"", connection);
        if (_options.Database != "postgres")
            await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private Task WaitUntilReadyAsync(string database, CancellationToken cancellationToken) =>
        Controlled.WaitUntilReadyAsync($"PostgreSQL at {Host}:{Port}", async token =>
        {
            await using var connection = await ConnectAsync(database, token);
        }, _options.ReadyDeadline, cancellationToken);

    private async Task<NpgsqlConnection> ConnectAsync(string database, CancellationToken cancellationToken)
    {
        var builder = CreateBuilder();
        builder.Database = database;
        builder.Pooling = false;
        builder.Timeout = 5;
        builder.ApplicationName = ControlName;
        var connection = new NpgsqlConnection(builder.ConnectionString);
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
