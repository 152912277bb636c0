using System.Text;
using Docker.DotNet;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using Microsoft.Extensions.Logging.Abstractions;
using Testcontainers.PostgreSql;

namespace DbBreaker.TestKit;

/// <summary>PostgreSQL in a container, as a primary or as a streaming standby.</summary>
internal static class PostgresContainer
{
    public const string ImageVariable = "DBBREAKER_POSTGRES_IMAGE";

    private const string DefaultImage = "postgres:17-alpine";
    private const string InitScript = "/docker-entrypoint-initdb.d/replication.sh";
    private const string StandbyData = "/tmp/standby";
    private static readonly TimeSpan PullDeadline = TimeSpan.FromMinutes(5);

    // The image's own entry point knows no standby; a base backup in a folder of the server's user is all there is to
    // one. The socket's usual folder need not exist in every image.
    private const string StandbyScript =
        $"[ -s {StandbyData}/PG_VERSION ] || until pg_basebackup -D {StandbyData} -R -X stream -c fast "
        + $"-d \"$PRIMARY_CONNINFO\"; do rm -rf {StandbyData}; sleep 0.2; done; chmod 700 {StandbyData}; "
        + $"exec postgres -D {StandbyData} -c unix_socket_directories=/tmp \"$@\"";

    public static string Image => Environment.GetEnvironmentVariable(ImageVariable) is { Length: > 0 } image
        ? image
        : DefaultImage;

    public static async Task<ServerHost> StartAsync(
        DockerClient docker, PostgresServerOptions options, CancellationToken cancellationToken)
    {
        await ImageStore.EnsureAsync(docker, Image, PullDeadline, cancellationToken);
        return await ContainerHost.StartNewAsync(
            docker, port => Build(options, port), PostgreSqlBuilder.PostgreSqlPort, options.NetworkAlias,
            cancellationToken);
    }

    private static PostgreSqlContainer Build(PostgresServerOptions options, int port)
    {
        var builder = new PostgreSqlBuilder(Image)
            .WithDatabase(options.Database)
            .WithUsername(options.User)
            .WithPassword(options.Password)
            .WithPortBinding(port, PostgreSqlBuilder.PostgreSqlPort)
            .WithLabel(DockerEngine.Labels)
            .WithLogger(NullLogger.Instance)
            // The caller asks the server itself; Testcontainers' own question takes a second at least.
            .WithWaitStrategy(Wait.ForUnixContainer())
            .WithCommand([.. options.ServerArguments()]);
        if (options.Network is { } network)
            builder = builder.WithNetwork(network);
        if (options.NetworkAlias is { } alias)
            builder = builder.WithNetworkAliases(alias);
        return options.PrimaryConnInfo is { } primary ? AsStandby(builder, primary) : AsPrimary(builder);
    }

    private static PostgreSqlContainer AsPrimary(PostgreSqlBuilder builder) =>
        builder.WithResourceMapping(
            Encoding.ASCII.GetBytes("echo 'host replication all all scram-sha-256' >> \"$PGDATA/pg_hba.conf\"\n"),
            FilePath.Of(InitScript)).Build();

    private static PostgreSqlContainer AsStandby(PostgreSqlBuilder builder, string primary) =>
        builder
            .WithEnvironment("PRIMARY_CONNINFO", primary)
            .WithEntrypoint("/bin/sh", "-c", StandbyScript, "standby")
            .WithCreateParameterModifier(parameters => parameters.User = "postgres")
            .Build();
}
