namespace DbBreaker.TestKit;

/// <summary>MariaDB from binaries on this machine.</summary>
internal static class MariaDbBinaries
{
    public static bool AreThere => Find("mariadbd") is not null && Find("mariadb-install-db") is not null;

    public static async Task<ServerHost> StartAsync(MariaDbServerOptions options, CancellationToken cancellationToken)
    {
        var server = Required("mariadbd");
        var install = Required("mariadb-install-db");
        var folder = await Unprivileged.CreateFolderAsync("mariadb", cancellationToken);
        var data = Path.Combine(folder, "data");
        var init = Path.Combine(folder, "init.sql");
        var port = FreePort.Next();
        var host = new LocalHost(folder, server,
        [
            "--no-defaults", $"--datadir={data}", $"--port={port}", "--bind-address=127.0.0.1",
            $"--socket={folder}/socket", $"--pid-file={folder}/pid", $"--init-file={init}",
            .. options.ServerArguments(),
        ], port);
        try
        {
            await File.WriteAllTextAsync(init, options.InitSql, cancellationToken);
            await Unprivileged.OwnAsync(init, cancellationToken);
            await CommandLine.RunAsync(install,
            [
                "--no-defaults", $"--datadir={data}", $"--tmpdir={folder}", "--auth-root-authentication-method=normal",
                "--skip-test-db",
            ], cancellationToken, unprivileged: true);
            await host.StartAsync(cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    private static string? Find(string program) => CommandLine.Find(program, "/usr/sbin", "/usr/local/sbin");

    private static string Required(string program) => Find(program)
        ?? throw new InvalidOperationException($"There is no '{program}' on the PATH or in /usr/sbin.");
}
