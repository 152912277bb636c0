using DbBreaker.TestKit.Contract;
using DbBreaker.TestKit.Profiled;
using Microsoft.Data.SqlClient;

namespace DbBreaker.SqlClient.Tests;

/// <summary>The same with somebody else's wrapper between the guard and the driver.</summary>
public sealed class ContractOutsideAProfilerTests : GuardContract
{
    protected override Task<ContractServer> StartAsync() =>
        Task.FromResult<ContractServer>(new ScriptedTds(new ProfiledFactory(SqlClientFactory.Instance)));
}
