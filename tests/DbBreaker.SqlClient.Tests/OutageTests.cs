using System.Collections.Concurrent;
using System.Diagnostics;
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
    private readonly ConcurrentQueue<(TimeSpan At, Exception? Error)> _results = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();

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
        Task traffic = TrafficAsync(pool, async, TimeSpan.FromSeconds(7));
        await Task.Delay(1000, TestContext.Current.CancellationToken);

        TimeSpan death = _clock.Elapsed;
        if (freezes) _server.Freeze();
        else _server.Stop();
        await Task.Delay(4000, TestContext.Current.CancellationToken);
        TimeSpan back = _clock.Elapsed;
        if (freezes) _server.Thaw();
        else _server.Start();
        await traffic;

        TimeSpan? failedFast = First(death, error => error is DbGuardException);
        TimeSpan? opened = First(death, error => error is DbCircuitOpenException);
        TimeSpan? succeeded = First(back, error => error is null);
        output.WriteLine($"fast failure {failedFast}, open {opened}, success {succeeded}; "
            + string.Join(", ", _results.GroupBy(result => result.Error?.GetType().Name ?? "success")
                .Select(group => $"{group.Count()} {group.Key}")));
        Assert.DoesNotContain(_results, result => result.At < death && result.Error is not null);
        Assert.True(failedFast < 2 * FastFailure, $"The first fast failure came after {failedFast}.");
        Assert.True(opened < 3 * FastFailure, $"The circuit opened after {opened}.");
        Assert.True(succeeded < 2 * FirstSuccess, $"The first success came after {succeeded}.");
    }

    private TimeSpan? First(TimeSpan after, Func<Exception?, bool> isWanted) =>
        _results.Where(result => result.At > after && isWanted(result.Error))
            .Select(result => (TimeSpan?)result.At).Min() - after;

    /// <summary>A caller every 25 ms, whatever became of those before it.</summary>
    private async Task TrafficAsync(string pool, bool async, TimeSpan duration)
    {
        List<Task> callers = [];
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(25));
        while (_clock.Elapsed < duration && await timer.WaitForNextTickAsync(CancellationToken.None))
        {
            callers.Add(Task.Factory.StartNew(
                () => CallAsync(pool, async), CancellationToken.None,
                async ? TaskCreationOptions.None : TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap());
        }

        await Task.WhenAll(callers);
    }

    private async Task CallAsync(string pool, bool async)
    {
        Exception? error = await Record.ExceptionAsync(async () =>
        {
            await using GuardedDbConnection connection = new SqlConnection(pool).WithCircuitBreaker();
            await Observed.OpenAsync(connection, async);
            Assert.Equal(1, await Observed.ScalarAsync(connection, "SELECT 1", async));
        });
        _results.Enqueue((_clock.Elapsed, error));
    }
}
