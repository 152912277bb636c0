using Docker.DotNet;
using DotNet.Testcontainers.Configurations;

namespace DbBreaker.TestKit;

/// <summary>The container engine that Testcontainers finds, for what its containers do not offer: signals.</summary>
internal static class DockerEngine
{
    private static readonly TimeSpan PingDeadline = TimeSpan.FromSeconds(5);
    private static readonly Lazy<Task<DockerClient?>> Shared = new(ConnectAsync);

    /// <summary>What tells whose a container or network is, for whoever cleans up after a killed process.</summary>
    public static IReadOnlyDictionary<string, string> Labels { get; } = new Dictionary<string, string>
    {
        ["dbbreaker.testkit"] = $"{Environment.ProcessId}",
        ["dbbreaker.testkit.host"] = Environment.MachineName,
    };

    /// <summary>A client of the engine; null when none answers.</summary>
    public static Task<DockerClient?> FindAsync() => Shared.Value;

    private static async Task<DockerClient?> ConnectAsync()
    {
        DockerClient? client = null;
        try
        {
            var endpoint = TestcontainersSettings.OS.DockerEndpointAuthConfig;
            if (endpoint is null)
                return null;
            client = endpoint.GetDockerClientBuilder(Guid.Empty).Build();
            using var expiry = new CancellationTokenSource(PingDeadline);
            await client.System.PingAsync(expiry.Token);
            return client;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // No engine, no rights to it, or one that does not answer: all the same for a test, there is none.
            client?.Dispose();
            return null;
        }
    }
}
