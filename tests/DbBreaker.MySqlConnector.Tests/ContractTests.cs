using DbBreaker.TestKit;
using DbBreaker.TestKit.Contract;
using MySqlConnector;

namespace DbBreaker.MySqlConnector.Tests;

/// <summary>The contract on MySqlConnector and a real server, reached through a proxy that can hurt.</summary>
public sealed class ContractTests : GuardContract
{
    protected override async Task<ContractServer> StartAsync() =>
        new ProxiedMariaDb(MySqlConnectorFactory.Instance, await MariaDbServer.FindAsync());
}
