using DbBreaker.TestKit.Contract;
using Microsoft.Data.SqlClient;

namespace DbBreaker.SqlClient.Tests;

/// <summary>The contract on SqlClient and the TestKit's TDS server.</summary>
public sealed class ContractTests : GuardContract
{
    protected override Task<ContractServer> StartAsync() =>
        Task.FromResult<ContractServer>(new ScriptedTds(SqlClientFactory.Instance));
}
