using System.Data.Common;
using DbBreaker.TestKit;
using DbBreaker.TestKit.Contract;
using DbBreaker.TestKit.Profiled;
using Npgsql;

namespace DbBreaker.Npgsql.Tests;

/// <summary>The same with somebody else's wrapper around the guard.</summary>
public sealed class ContractInsideAProfilerTests : GuardContract
{
    protected override async Task<ContractServer> StartAsync() =>
        new ProxiedPostgres(NpgsqlFactory.Instance, await PostgresServer.FindAsync());

    protected override DbConnection Wrap(DbConnection connection) => new ProfiledConnection(connection);
}
