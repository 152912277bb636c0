using System.Data.Common;
using DbBreaker.TestKit.Contract;
using DbBreaker.TestKit.Profiled;
using Microsoft.Data.SqlClient;

namespace DbBreaker.SqlClient.Tests;

/// <summary>The same with somebody else's wrapper around the guard.</summary>
public sealed class ContractInsideAProfilerTests : GuardContract
{
    protected override Task<ContractServer> StartAsync() =>
        Task.FromResult<ContractServer>(new ScriptedTds(SqlClientFactory.Instance));

    protected override DbConnection Wrap(DbConnection connection) => new ProfiledConnection(connection);
}
