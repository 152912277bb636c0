using DbBreaker.TestKit.Contract;
using Microsoft.Data.Sqlite;

namespace DbBreaker.Tests.Data;

/// <summary>The contract on SQLite, with the core alone: its server is a file.</summary>
public sealed class SqliteContractTests : GuardContract
{
    protected override Task<ContractServer> StartAsync() =>
        Task.FromResult<ContractServer>(new DatabaseFile(SqliteFactory.Instance));
}
