using System.Net.Sockets;

namespace DbBreaker.TestKit;

/// <summary>
/// A real MariaDB server, from binaries on this machine, that a test can freeze, kill and start again on the same port.
/// It is removed on dispose, at the end of the process and on Ctrl-C.
/// </summary>
public sealed class MariaDbServer : IAsyncDisposable
{
    private const string Password = "secret";
    private static readonly TimeSpan _startDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _endDeadline = TimeSpan.FromSeconds(30);
    private static readonly Lazy<Task<MariaDbServer>> _shared = new(() => StartAsync());

    private readonly LocalHost _host;

    private MariaDbServer(LocalHost host) => _host = host;

    /// <summary>The server's port on 127.0.0.1.</summary>
    public int Port => _host.Port;

    /// <summary>A connection string of the user <c>app</c>, who may do anything, and the database <c>shop</c>.
    /// </summary>
    public string ConnectionString =>
        $"Server={_host.Host};Port={Port};Database=shop;User ID=app;Password={Password};SslMode=None";

    /// <summary>The server that all tests of the process share when none of them hurts it; it ends with the process.
    /// </summary>
    public static Task<MariaDbServer> FindAsync() => _shared.Value;

    /// <summary>Starts a server of the caller's own.</summary>
    /// <param name="arguments">Further arguments of <c>mariadbd</c>, as <c>--max-connections=5</c>.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="InvalidOperationException">MariaDB is not installed and cannot be.</exception>
    public static async Task<MariaDbServer> StartAsync(
        IEnumerable<string>? arguments = null, CancellationToken cancellationToken = default)
    {
        if (!await DebianPackages.TryInstallAsync(
            "mariadb-server", () => Find("mariadbd") is not null, cancellationToken))
        {
            throw new InvalidOperationException(
                "There is no 'mariadbd' on the PATH or in /usr/sbin. Install MariaDB (Debian: mariadb-server).");
        }

        string folder = await Unprivileged.CreateFolderAsync("mariadb", cancellationToken);
        int port = FreePort.Next();
        string data = Path.Combine(folder, "data");
        LocalHost host = new(folder, Find("mariadbd")!,
        [
            "--no-defaults", $"--datadir={data}", $"--port={port}", "--bind-address=127.0.0.1",
            $"--socket={Path.Combine(folder, "socket")}", $"--pid-file={Path.Combine(folder, "pid")}",
            $"--init-file={Path.Combine(folder, "init.sql")}", "--skip-name-resolve",
            "--innodb-buffer-pool-size=16M", "--innodb-flush-log-at-trx-commit=0", .. arguments ?? [],
        ], port);
        try
        {
            await CreateDataAsync(folder, data, cancellationToken);
            await host.StartAsync(cancellationToken);
            MariaDbServer server = new(host);
            await server.WaitUntilReadyAsync(cancellationToken);
            return server;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>The server stands still: connections stay open, nothing answers.</summary>
    public Task FreezeAsync(CancellationToken cancellationToken = default) => _host.FreezeAsync(cancellationToken);

    /// <summary>Ends <see cref="FreezeAsync"/>.</summary>
    public Task ThawAsync(CancellationToken cancellationToken = default) => _host.ThawAsync(cancellationToken);

    /// <summary>SIGKILL: no farewell to anyone.</summary>
    public Task KillAsync(CancellationToken cancellationToken = default) =>
        _host.EndAsync(Signals.Kill, _endDeadline, cancellationToken);

    /// <summary>Shuts the server down; its data stays for <see cref="StartAgainAsync"/>.</summary>
    public Task StopAsync(CancellationToken cancellationToken = default) =>
        _host.EndAsync(Signals.Terminate, _endDeadline, cancellationToken);

    /// <summary>Starts a killed or stopped server again, on the same port with its data, and waits until it answers.
    /// </summary>
    public async Task StartAgainAsync(CancellationToken cancellationToken = default)
    {
        await _host.StartAsync(cancellationToken);
        await WaitUntilReadyAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private static async Task CreateDataAsync(string folder, string data, CancellationToken cancellationToken)
    {
        string init = Path.Combine(folder, "init.sql");
        await File.WriteAllLinesAsync(init,
        [
            "CREATE DATABASE IF NOT EXISTS shop;",
            $"CREATE USER IF NOT EXISTS 'app'@'%' IDENTIFIED BY '{Password}';",
            "GRANT ALL PRIVILEGES ON *.* TO 'app'@'%' WITH GRANT OPTION;",
        ], cancellationToken);
        await Unprivileged.OwnAsync(folder, cancellationToken);
        await CommandLine.RunAsync(
            Find("mariadb-install-db") ?? throw new InvalidOperationException("There is no 'mariadb-install-db'."),
            ["--no-defaults", $"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db"],
            cancellationToken, unprivileged: true);
    }

    // The server greets whoever connects; the driver is not known here.
    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Eventually.BecomesTrueAsync(async token =>
            {
                using TcpClient client = new();
                await client.ConnectAsync(_host.Host, Port, token);
                return await client.GetStream().ReadAsync(new byte[1], token) == 1;
            }, _startDeadline, "the MariaDB server greets a client", cancellationToken: cancellationToken);
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException(
                $"{exception.Message} Its log ends with: {await _host.LogTailAsync()}", exception);
        }
    }

    private static string? Find(string program) => CommandLine.Find(program, "/usr/sbin", "/usr/local/sbin");
}
