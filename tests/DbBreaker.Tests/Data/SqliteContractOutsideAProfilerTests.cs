using DbBreaker.TestKit.Contract;
using DbBreaker.TestKit.Profiled;
using Microsoft.Data.Sqlite;

namespace DbBreaker.Tests.Data;

/// <summary>The same with somebody else's wrapper between the guard and the driver.</summary>
public sealed class SqliteContractOutsideAProfilerTests : GuardContract
{
    protected override Task<ContractServer> StartAsync() =>
        Task.FromResult<ContractServer>(new DatabaseFile(new ProfiledFactory(SqliteFactory.Instance)));
}
