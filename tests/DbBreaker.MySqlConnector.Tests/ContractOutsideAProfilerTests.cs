using DbBreaker.TestKit;
using DbBreaker.TestKit.Contract;
using DbBreaker.TestKit.Profiled;
using MySqlConnector;

namespace DbBreaker.MySqlConnector.Tests;

/// <summary>The same with somebody else's wrapper between the guard and the driver.</summary>
public sealed class ContractOutsideAProfilerTests : GuardContract
{
    protected override async Task<ContractServer> StartAsync() =>
        new ProxiedMariaDb(new ProfiledFactory(MySqlConnectorFactory.Instance), await MariaDbServer.FindAsync());
}
