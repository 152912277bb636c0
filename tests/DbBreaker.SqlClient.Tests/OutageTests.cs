using DbBreaker.TestKit;
using DbBreaker.TestKit.Tds;
using Microsoft.Data.SqlClient;

namespace DbBreaker.SqlClient.Tests;

/// <summary>Twenty places in the pool, a server that dies, and one that comes back: what the guard makes of it.
/// </summary>
public sealed class OutageTests(ITestOutputHelper output) : IDisposable
{
    private const int Places = 20;

    // What is promised of a quiet machine; the assertions allow a busy one twice that.
    private static readonly TimeSpan FastFailure = TimeSpan.FromSeconds(1.5), FirstSuccess = TimeSpan.FromSeconds(0.5);

    private readonly TdsServer _server = new();
    private readonly SteadyCallers _callers = new(TimeSpan.FromMilliseconds(25));

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData(false, false, "Auto")]
    [InlineData(false, true, "Auto")]
    [InlineData(true, false, "Auto")]
    [InlineData(true, true, "Auto")]
    [InlineData(false, true, "NeverBlock")]
    [InlineData(true, false, "NeverBlock")]
    public async Task Callers_fail_fast_soon_after_the_death_and_succeed_soon_after_the_return(
        bool freezes, bool async, string blockingPeriod)
    {
        string pool = $"{_server.ConnectionString};Max Pool Size={Places};PoolBlockingPeriod={blockingPeriod}";
        using CancellationTokenSource stop = new(TimeSpan.FromSeconds(7));
        Task traffic = _callers.RunAsync(() => CallAsync(pool, async), async, stop.Token);
        await Task.Delay(1000, TestContext.Current.CancellationToken);

        TimeSpan death = _callers.Elapsed;
        if (freezes) _server.Freeze();
        else _server.Stop();
        await Task.Delay(4000, TestContext.Current.CancellationToken);
        TimeSpan back = _callers.Elapsed;
        if (freezes) _server.Thaw();
        else _server.Start();
        await traffic;

        TimeSpan? failedFast = _callers.First(death, error => error is DbGuardException);
        TimeSpan? opened = _callers.First(death, error => error is DbCircuitOpenException);
        TimeSpan? succeeded = _callers.First(back, error => error is null);
        output.WriteLine($"fast failure {failedFast}, open {opened}, success {succeeded}; {_callers}");
        Assert.DoesNotContain(_callers.Calls, result => result.At < death && result.Error is not null);
        Assert.True(failedFast < 2 * FastFailure, $"The first fast failure came after {failedFast}.");
        Assert.True(opened < 3 * FastFailure, $"The circuit opened after {opened}.");
        Assert.True(succeeded < 2 * FirstSuccess, $"The first success came after {succeeded}.");
    }

    private async Task CallAsync(string pool, bool async)
    {
        await using GuardedDbConnection connection = new SqlConnection(pool).WithCircuitBreaker();
        await Observed.OpenAsync(connection, async);
        Assert.Equal(1, await Observed.ScalarAsync(connection, "SELECT 1", async));
    }
}
