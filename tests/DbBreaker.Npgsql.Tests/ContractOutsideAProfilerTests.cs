using DbBreaker.TestKit;
using DbBreaker.TestKit.Contract;
using DbBreaker.TestKit.Profiled;
using Npgsql;

namespace DbBreaker.Npgsql.Tests;

/// <summary>The same with somebody else's wrapper between the guard and the driver.</summary>
public sealed class ContractOutsideAProfilerTests : GuardContract
{
    protected override async Task<ContractServer> StartAsync() =>
        new ProxiedPostgres(new ProfiledFactory(NpgsqlFactory.Instance), await PostgresServer.FindAsync());
}
