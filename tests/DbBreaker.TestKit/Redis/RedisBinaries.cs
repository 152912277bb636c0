namespace DbBreaker.TestKit;

/// <summary>Redis from a binary on this machine.</summary>
internal static class RedisBinaries
{
    private const string Program = "redis-server";

    public static bool AreThere => CommandLine.Find(Program, "/usr/sbin", "/usr/local/bin") is not null;

    public static async Task<ServerHost> StartAsync(CancellationToken cancellationToken)
    {
        string server = CommandLine.Find(Program, "/usr/sbin", "/usr/local/bin")
            ?? throw new InvalidOperationException($"There is no '{Program}' on the PATH.");
        string folder = await Unprivileged.CreateFolderAsync("redis", cancellationToken);
        int port = FreePort.Next();
        var host = new LocalHost(
            folder, server, ["--port", $"{port}", "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly",
                "no"],
            port);
        try
        {
            await host.StartAsync(cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }
}
