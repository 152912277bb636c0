using DbBreaker.TestKit;
using DbBreaker.TestKit.Contract;
using Npgsql;

namespace DbBreaker.Npgsql.Tests;

/// <summary>The contract on Npgsql and a real server, reached through a proxy that can hurt.</summary>
public sealed class ContractTests : GuardContract
{
    protected override async Task<ContractServer> StartAsync() =>
        new ProxiedPostgres(NpgsqlFactory.Instance, await PostgresServer.FindAsync());
}
