using System.Collections.Concurrent;
using System.Diagnostics;
using DbBreaker.TestKit;
using MySqlConnector;

namespace DbBreaker.MySqlConnector.Tests;

/// <summary>Twenty places in the pool, a server that dies, and one that comes back: what the guard makes of it.
/// </summary>
public sealed class OutageTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Places = 20;
    private readonly ConcurrentQueue<(TimeSpan At, Exception? Error)> _results = [];
    private readonly Stopwatch _clock = new();
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
        _clock.Start();
        Task traffic = TrafficAsync(async, TimeSpan.FromSeconds(7));
        await Task.Delay(1000, TestContext.Current.CancellationToken);

        TimeSpan death = _clock.Elapsed;
        if (silent) _proxy.Silence();
        else
        {
            _proxy.RefuseNew();
            _proxy.ResetAll();
        }

        await Task.Delay(4000, TestContext.Current.CancellationToken);
        TimeSpan back = _clock.Elapsed;
        if (silent) _proxy.Resume();
        else _proxy.AcceptNew();
        await traffic;

        TimeSpan? failedFast = First(death, error => error is DbGuardException);
        TimeSpan? opened = First(death, error => error is DbCircuitOpenException);
        TimeSpan? succeeded = First(back, error => error is null);
        output.WriteLine($"fast failure {failedFast}, open {opened}, success {succeeded}; "
            + string.Join(", ", _results.GroupBy(result => result.Error?.GetType().Name ?? "success")
                .Select(group => $"{group.Count()} {group.Key}")));
        Assert.DoesNotContain(_results, result => result.At < death && result.Error is not null);
        Assert.True(failedFast < TimeSpan.FromSeconds(1.5), $"The first fast failure came after {failedFast}.");
        Assert.True(opened < TimeSpan.FromSeconds(3), $"The circuit opened after {opened}.");
        Assert.True(succeeded < TimeSpan.FromSeconds(1.5), $"The first success came after {succeeded}.");
    }

    private TimeSpan? First(TimeSpan after, Func<Exception?, bool> isWanted) =>
        _results.Where(result => result.At > after && isWanted(result.Error))
            .Select(result => (TimeSpan?)result.At).Min() - after;

    /// <summary>A caller every 25 ms, whatever became of those before it.</summary>
    private async Task TrafficAsync(bool async, TimeSpan duration)
    {
        List<Task> callers = [];
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(25));
        while (_clock.Elapsed < duration && await timer.WaitForNextTickAsync(CancellationToken.None))
        {
            callers.Add(Task.Factory.StartNew(
                () => CallAsync(async), CancellationToken.None,
                async ? TaskCreationOptions.None : TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap());
        }

        await Task.WhenAll(callers);
    }

    private async Task CallAsync(bool async)
    {
        Exception? error = await Record.ExceptionAsync(async () =>
        {
            await using GuardedDbConnection connection = new MySqlConnection(_pool).WithCircuitBreaker();
            await Observed.OpenAsync(connection, async);
            await Observed.ScalarAsync(connection, "SELECT 1", async);
        });
        _results.Enqueue((_clock.Elapsed, error));
    }
}
