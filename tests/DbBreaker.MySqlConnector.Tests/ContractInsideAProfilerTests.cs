using System.Data.Common;
using DbBreaker.TestKit;
using DbBreaker.TestKit.Contract;
using DbBreaker.TestKit.Profiled;
using MySqlConnector;

namespace DbBreaker.MySqlConnector.Tests;

/// <summary>The same with somebody else's wrapper around the guard.</summary>
public sealed class ContractInsideAProfilerTests : GuardContract
{
    protected override async Task<ContractServer> StartAsync() =>
        new ProxiedMariaDb(MySqlConnectorFactory.Instance, await MariaDbServer.FindAsync());

    protected override DbConnection Wrap(DbConnection connection) => new ProfiledConnection(connection);
}
