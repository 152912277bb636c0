using System.Text;
using Docker.DotNet;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Containers;
using Microsoft.Extensions.Logging.Abstractions;

namespace DbBreaker.TestKit;

/// <summary>MariaDB in a container.</summary>
internal static class MariaDbContainer
{
    public const string ImageVariable = "DBBREAKER_MARIADB_IMAGE";

    private const string DefaultImage = "mariadb:11.4";
    private const string InitScript = "/docker-entrypoint-initdb.d/init.sql";
    private const int InnerPort = 3306;
    private static readonly TimeSpan PullDeadline = TimeSpan.FromMinutes(3);

    public static string Image => Environment.GetEnvironmentVariable(ImageVariable) is { Length: > 0 } image
        ? image
        : DefaultImage;

    public static async Task<ServerHost> StartAsync(
        DockerClient docker, MariaDbServerOptions options, CancellationToken cancellationToken)
    {
        await ImageStore.EnsureAsync(docker, Image, PullDeadline, cancellationToken);
        return await ContainerHost.StartNewAsync(
            docker, port => Build(options, port), InnerPort, alias: null, cancellationToken);
    }

    private static IContainer Build(MariaDbServerOptions options, int port) =>
        new ContainerBuilder(Image)
            .WithEnvironment("MARIADB_ROOT_PASSWORD", options.Password)
            .WithPortBinding(port, InnerPort)
            .WithLabel(DockerEngine.Labels)
            .WithLogger(NullLogger.Instance)
            .WithResourceMapping(Encoding.UTF8.GetBytes(options.InitSql), FilePath.Of(InitScript))
            .WithCommand([.. options.ServerArguments()])
            .WithWaitStrategy(Wait.ForUnixContainer())
            .Build();
}
