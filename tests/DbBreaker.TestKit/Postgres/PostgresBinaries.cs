namespace DbBreaker.TestKit;

/// <summary>PostgreSQL from binaries on this machine.</summary>
internal static class PostgresBinaries
{
    private const string DebianRoot = "/usr/lib/postgresql";

    /// <summary>The full path of one of PostgreSQL's programs; null when it is not installed.</summary>
    public static string? Find(string program) => CommandLine.Find(program, DebianFolders());

    public static async Task<ServerHost> StartAsync(PostgresServerOptions options, CancellationToken cancellationToken)
    {
        var postgres = Find("postgres") ?? throw new InvalidOperationException(
            $"There is no 'postgres' on the PATH or under {DebianRoot}/*/bin.");
        var folder = await Unprivileged.CreateFolderAsync("postgres", cancellationToken);
        var data = Path.Combine(folder, "data");
        var port = FreePort.Next();
        var host = new LocalHost(folder, postgres,
        [
            "-D", data, "-p", $"{port}", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
            .. options.ServerArguments(),
        ], port);
        try
        {
            await CreateDataAsync(options, data, cancellationToken);
            await host.StartAsync(cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    private static async Task CreateDataAsync(
        PostgresServerOptions options, string data, CancellationToken cancellationToken)
    {
        if (options.PrimaryConnInfo is { } primary)
        {
            await CommandLine.RunAsync(Required("pg_basebackup"),
                ["-D", data, "-R", "-X", "stream", "-c", "fast", "-d", primary], cancellationToken, unprivileged: true);
            return;
        }

        var passwordFile = data + ".password";
        await File.WriteAllTextAsync(passwordFile, options.Password, cancellationToken);
        await Unprivileged.OwnAsync(passwordFile, cancellationToken);
        await CommandLine.RunAsync(Required("initdb"),
        [
            "-D", data, "-U", options.User, $"--pwfile={passwordFile}", "-A", "scram-sha-256", "-E", "UTF8",
            "--locale=C", "--no-sync",
        ], cancellationToken, unprivileged: true);
        File.Delete(passwordFile);
    }

    private static string Required(string program) => Find(program)
        ?? throw new InvalidOperationException($"There is no '{program}' on the PATH or under {DebianRoot}/*/bin.");

    private static IEnumerable<string> DebianFolders() =>
        Directory.Exists(DebianRoot)
            ? Directory.EnumerateDirectories(DebianRoot)
                .OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out var major) ? major : 0)
                .Select(folder => Path.Combine(folder, "bin"))
            : [];
}
