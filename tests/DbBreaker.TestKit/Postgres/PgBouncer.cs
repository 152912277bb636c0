using Npgsql;

namespace DbBreaker.TestKit;

/// <summary>
/// A real PgBouncer in transaction mode in front of a server, from binaries of this machine (Debian's package
/// <c>pgbouncer</c>). It is removed on dispose, at the end of the process and on Ctrl-C.
/// </summary>
public sealed class PgBouncer : IAsyncDisposable
{
    private const string Program = "pgbouncer";
    private static readonly TimeSpan ReadyDeadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(10);

    private readonly LocalHost _host;

    private PgBouncer(LocalHost host, string connectionString)
    {
        _host = host;
        ConnectionString = connectionString;
    }

    /// <summary>
    /// The server's connection string by way of PgBouncer. It does not reset sessions on close, which PgBouncer's
    /// transaction mode neither needs nor bears.
    /// </summary>
    public string ConnectionString { get; }

    /// <summary>The port that clients connect to.</summary>
    public int Port => _host.Port;

    /// <summary>Whether the program is on this machine.</summary>
    public static bool IsInstalled => Find() is not null;

    /// <summary>Installs the program with apt-get when it is missing, on Debian as root.</summary>
    /// <returns>Whether the program is there now.</returns>
    public static Task<bool> TryInstallAsync(CancellationToken cancellationToken = default) =>
        DebianPackages.TryInstallAsync(Program, () => IsInstalled, cancellationToken);

    /// <summary>Starts PgBouncer in front of a server and waits until a query passes through it.</summary>
    /// <exception cref="InvalidOperationException">The program is not on this machine.</exception>
    public static async Task<PgBouncer> StartAsync(
        PostgresServer server, PgBouncerOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(server);
        var program = Find() ?? throw new InvalidOperationException(
            $"There is no '{Program}' on the PATH or in /usr/sbin; Debian's package of that name has it.");
        var folder = await Unprivileged.CreateFolderAsync(Program, cancellationToken);
        var port = FreePort.Next();
        var file = Path.Combine(folder, "pgbouncer.ini");
        var host = new LocalHost(folder, program, [file], port);
        var target = server.CreateBuilder();
        try
        {
            var users = Path.Combine(folder, "users.txt");
            await File.WriteAllTextAsync(users, $"\"{target.Username}\" \"{target.Password}\"\n", cancellationToken);
            await File.WriteAllTextAsync(file, Configuration(target, options ?? new(), port, users), cancellationToken);
            await Unprivileged.OwnAsync(folder, cancellationToken);
            target.Host = host.Host;
            target.Port = port;
            target.NoResetOnClose = true;
            var bouncer = new PgBouncer(host, target.ConnectionString);
            await bouncer.StartAgainAsync(cancellationToken);
            return bouncer;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>PgBouncer stands still; its sockets stay open.</summary>
    public Task FreezeAsync(CancellationToken cancellationToken = default) => _host.FreezeAsync(cancellationToken);

    /// <summary>Ends <see cref="FreezeAsync"/>.</summary>
    public Task ThawAsync(CancellationToken cancellationToken = default) => _host.ThawAsync(cancellationToken);

    /// <summary>SIGKILL.</summary>
    public Task KillAsync(CancellationToken cancellationToken = default) =>
        _host.EndAsync(Signals.Kill, EndDeadline, cancellationToken);

    /// <summary>Starts a killed PgBouncer again, on the same port, and waits until a query passes through it.</summary>
    public async Task StartAgainAsync(CancellationToken cancellationToken = default)
    {
        await _host.StartAsync(cancellationToken);
        await _host.WaitUntilReadyAsync($"PgBouncer at port {Port}", async token =>
        {
            await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
            await connection.OpenAsync(token);
            await using var command = new NpgsqlCommand("SELECT 1", connection);
            await command.ExecuteScalarAsync(token);
        }, ReadyDeadline, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private static string? Find() => CommandLine.Find(Program, "/usr/sbin", "/usr/local/sbin");

    private static string Configuration(
        NpgsqlConnectionStringBuilder target, PgBouncerOptions options, int port, string users)
    {
        var settings = new Dictionary<string, string>
        {
            ["listen_addr"] = "127.0.0.1",
            ["listen_port"] = $"{port}",
            ["unix_socket_dir"] = "",
            ["auth_type"] = "scram-sha-256",
            ["auth_file"] = users,
            ["pool_mode"] = "transaction",
            ["default_pool_size"] = $"{options.PoolSize}",
            ["max_client_conn"] = "1000",
            ["ignore_startup_parameters"] = "extra_float_digits,options,search_path",
        };
        foreach (var (name, value) in options.Settings)
            settings[name] = value;
        return $"""
            [databases]
            * = host={target.Host} port={target.Port}
            [pgbouncer]
            {string.Join('\n', settings.Select(setting => $"{setting.Key} = {setting.Value}"))}

            """;
    }
}
