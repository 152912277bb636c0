using System.Data.Common;
using DbBreaker.TestKit.Contract;
using DbBreaker.TestKit.Profiled;
using Microsoft.Data.Sqlite;

namespace DbBreaker.Tests.Data;

/// <summary>The same with somebody else's wrapper around the guard.</summary>
public sealed class SqliteContractInsideAProfilerTests : GuardContract
{
    protected override Task<ContractServer> StartAsync() =>
        Task.FromResult<ContractServer>(new DatabaseFile(SqliteFactory.Instance));

    protected override DbConnection Wrap(DbConnection connection) => new ProfiledConnection(connection);
}
