using Docker.DotNet;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using Microsoft.Extensions.Logging.Abstractions;

namespace DbBreaker.TestKit;

/// <summary>Redis in a container.</summary>
internal static class RedisContainer
{
    public const string ImageVariable = "DBBREAKER_REDIS_IMAGE";

    private const string DefaultImage = "redis:7-alpine";
    private const int InnerPort = 6379;
    private static readonly TimeSpan PullDeadline = TimeSpan.FromMinutes(3);

    public static string Image => Environment.GetEnvironmentVariable(ImageVariable) is { Length: > 0 } image
        ? image
        : DefaultImage;

    public static async Task<ServerHost> StartAsync(DockerClient docker, CancellationToken cancellationToken)
    {
        await ImageStore.EnsureAsync(docker, Image, PullDeadline, cancellationToken);
        return await ContainerHost.StartNewAsync(docker, Build, InnerPort, alias: null, cancellationToken);
    }

    private static IContainer Build(int port) =>
        new ContainerBuilder(Image)
            .WithPortBinding(port, InnerPort)
            .WithLabel(DockerEngine.Labels)
            .WithLogger(NullLogger.Instance)
            .WithWaitStrategy(Wait.ForUnixContainer())
            .Build();
}
