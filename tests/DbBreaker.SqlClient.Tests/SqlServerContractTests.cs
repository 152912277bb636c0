using DbBreaker.TestKit;
using DbBreaker.TestKit.Contract;
using Microsoft.Data.SqlClient;
using Testcontainers.MsSql;

namespace DbBreaker.SqlClient.Tests;

/// <summary>The contract on a real SQL Server, where its image is on the machine.</summary>
public sealed class SqlServerContractTests : GuardContract
{
    private const string ImageVariable = "DBBREAKER_MSSQL_IMAGE";
    private const string DefaultImage = "mcr.microsoft.com/mssql/server:2022-latest";

    private static readonly Lazy<Task<string?>> Shared = new(StartContainerAsync);

    private static string Image =>
        Environment.GetEnvironmentVariable(ImageVariable) is { Length: > 0 } image ? image : DefaultImage;

    protected override async Task<ContractServer> StartAsync()
    {
        if (await Shared.Value is { } connectionString) return new ProxiedSqlServer(connectionString);
        Assert.Skip($"There is no container engine with the image {Image} (another one: {ImageVariable}).");
        throw new InvalidOperationException();
    }

    private static async Task<string?> StartContainerAsync()
    {
        if (await DockerEngine.FindAsync() is not { } docker || !await ImageStore.HasAsync(docker, Image)) return null;
        MsSqlContainer container = new MsSqlBuilder(Image).WithLabel(DockerEngine.Labels).Build();
        await container.StartAsync();
        Cleanup.AtExit(container, () => Task.Run(() => container.DisposeAsync().AsTask()).Wait());
        return container.GetConnectionString();
    }
}
