using DbBreaker.TestKit;
using MySqlConnector;

namespace DbBreaker.MySqlConnector.Tests;

/// <summary>Twenty places in the pool, a server that dies, and one that comes back: what the guard makes of it.
/// </summary>
public sealed class OutageTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Places = 20;
    private readonly SteadyCallers _callers = new(TimeSpan.FromMilliseconds(25));
    private FaultProxy _proxy = null!;
    private string _pool = null!;

    public async ValueTask InitializeAsync()
    {
        MariaDbServer server = await MariaDbServer.FindAsync();
        _proxy = FaultProxy.Start("127.0.0.1", server.Port);
        _pool = new MySqlConnectionStringBuilder(server.ConnectionString)
        {
            Port = (uint)_proxy.Port, MaximumPoolSize = Places,
        }.ConnectionString;
    }

    public ValueTask DisposeAsync() => _proxy.DisposeAsync();

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Callers_fail_fast_soon_after_the_death_and_succeed_soon_after_the_return(bool silent, bool async)
    {
        using CancellationTokenSource stop = new(TimeSpan.FromSeconds(7));
        Task traffic = _callers.RunAsync(() => CallAsync(async), async, stop.Token);
        await Task.Delay(1000, TestContext.Current.CancellationToken);

        TimeSpan death = _callers.Elapsed;
        if (silent) _proxy.Silence();
        else
        {
            _proxy.RefuseNew();
            _proxy.ResetAll();
        }

        await Task.Delay(4000, TestContext.Current.CancellationToken);
        TimeSpan back = _callers.Elapsed;
        if (silent) _proxy.Resume();
        else _proxy.AcceptNew();
        await traffic;

        TimeSpan? failedFast = _callers.First(death, error => error is DbGuardException);
        TimeSpan? opened = _callers.First(death, error => error is DbCircuitOpenException);
        TimeSpan? succeeded = _callers.First(back, error => error is null);
        output.WriteLine($"fast failure {failedFast}, open {opened}, success {succeeded}; {_callers}");
        Assert.DoesNotContain(_callers.Calls, result => result.At < death && result.Error is not null);
        Assert.True(failedFast < TimeSpan.FromSeconds(1.5), $"The first fast failure came after {failedFast}.");
        Assert.True(opened < TimeSpan.FromSeconds(3), $"The circuit opened after {opened}.");
        Assert.True(succeeded < TimeSpan.FromSeconds(1.5), $"The first success came after {succeeded}.");
    }

    private async Task CallAsync(bool async)
    {
        await using GuardedDbConnection connection = new MySqlConnection(_pool).WithCircuitBreaker();
        await Observed.OpenAsync(connection, async);
        await Observed.ScalarAsync(connection, "SELECT 1", async);
    }
}
