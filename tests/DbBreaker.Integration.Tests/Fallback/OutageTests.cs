using System.Collections.Concurrent;
using System.Data.Common;
using DbBreaker.TestKit;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace DbBreaker.Integration.Tests.Fallback;

/// <summary>A real pair under steady load: the primary stands still, is killed and comes back; then both are gone.
/// </summary>
public sealed class OutageTests(ITestOutputHelper output)
{
    private const int ReadsPerSecond = 100, WritesPerSecond = 10;

    private static readonly TimeSpan _phase = TimeSpan.FromSeconds(6);

    [Fact]
    public async Task Reads_go_on_while_the_primary_is_frozen_killed_and_back_and_writes_fail_at_once()
    {
        await using PostgresPair pair = await PostgresPair.StartAsync(cancellationToken: Token);
        await StoreContext.FillAsync(pair.Primary.ConnectionString);
        NpgsqlConnectionStringBuilder primary = Pool(pair.Primary), standby = Pool(pair.Standby);
        await using Store store = StorePair.Guard(
            primary.ConnectionString, o => o.FallbackToReplica(standby.ConnectionString));
        var sources = new ConcurrentQueue<(TimeSpan At, bool FromReplica)>();
        OpenLoopLoad reads = Load(ReadsPerSecond), writes = Load(WritesPerSecond);
        Task<LoadResult> reading = reads.RunAsync(
            async token => sources.Enqueue((reads.Elapsed, await ReadAsync(store, token))), Token);
        Task<LoadResult> writing = writes.RunAsync(token => WriteAsync(store, token), Token);

        await Task.Delay(_phase / 2, TimeProvider.System, Token);
        TimeSpan warmAt = reads.Elapsed;
        await Task.Delay(_phase, TimeProvider.System, Token);
        TimeSpan frozenAt = reads.Elapsed;
        await pair.Primary.FreezeAsync(Token);
        await OpensAsync(store.Guard);
        TimeSpan openAt = reads.Elapsed;
        await Task.Delay(_phase, TimeProvider.System, Token);
        await pair.Primary.KillAsync(Token);
        await Task.Delay(_phase, TimeProvider.System, Token);
        await pair.Primary.StartAgainAsync(Token);
        TimeSpan backAt = reads.Elapsed;
        (LoadResult read, LoadResult written) = (await reading, await writing);

        LoadRequest[] failed = [.. read.Requests.Where(
            r => r.ScheduledAt > openAt && r.Outcome != LoadOutcome.Succeeded)];
        TimeSpan lastFromReplica = sources.Where(static s => s.FromReplica).Max(static s => s.At);
        output.WriteLine($"circuit open {(openAt - frozenAt).TotalSeconds:0.00} s after the freeze");
        WriteLatencies("reads before", read, warmAt, frozenAt);
        WriteLatencies("reads in the outage", read, openAt, backAt);
        WriteLatencies("writes in the outage", written, openAt, backAt);
        int later = read.Requests.Count(r => r.ScheduledAt > openAt);
        output.WriteLine($"reads after the circuit opened: {failed.Length} of {later} failed");
        output.WriteLine(
            $"last read from the replica {(lastFromReplica - backAt).TotalSeconds:0.00} s after the return");
        WriteWhatHappened(store.Guard, failed);

        Assert.Empty(failed);
        Assert.All(
            written.Requests.Where(r => r.ScheduledAt > openAt && r.ScheduledAt < backAt),
            static write => Assert.NotEqual(LoadOutcome.Succeeded, write.Outcome));
        Assert.True(
            lastFromReplica < backAt + store.Guard.Options.RecoveryRamp + store.Guard.Options.MaxProbeInterval * 2,
            "All reads are the primary's after the ramp.");
        store.AssertNothingHeld();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Without_primary_and_standby_the_hook_answers_and_then_nobody(bool async)
    {
        await using PostgresPair pair = await PostgresPair.StartAsync(cancellationToken: Token);
        await StoreContext.FillAsync(pair.Primary.ConnectionString);
        int asked = 0;
        await using Store store = StorePair.Guard(Pool(pair.Primary).ConnectionString, o =>
        {
            o.FallbackToReplica(Pool(pair.Standby).ConnectionString);
            o.Fallback = _ => Interlocked.Increment(ref asked) > 1 ? null : Seven();
        });
        store.Guard.Isolate("the test");
        await pair.Standby.StopAsync(cancellationToken: Token);
        await using DbCommand command = store.Source.CreateCommand("SELECT 1");
        Assert.Equal(7, async ? await command.ExecuteScalarAsync(Token) : command.ExecuteScalar());
        var rejection = await Assert.ThrowsAsync<DbCircuitOpenException>(
            async () => _ = async ? await command.ExecuteScalarAsync(Token) : command.ExecuteScalar());
        output.WriteLine(rejection.Message);
        Assert.Contains("hook had no answer", rejection.Message, StringComparison.Ordinal);
        Assert.NotEmpty(rejection.FallbackErrors);
        Assert.DoesNotContain("Password", rejection.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    private static DbDataReader Seven()
    {
        using var table = new System.Data.DataTable();
        table.Columns.Add("seven", typeof(int));
        table.Rows.Add(7);
        return table.CreateDataReader();
    }

    private static async Task<bool> ReadAsync(Store store, CancellationToken token)
    {
        using DbReadScope scope = DbReadScope.Begin();
        await using StoreContext context = store.Context();
        List<Order> orders = await context.Orders.AsNoTracking().Where(o => o.Id <= 10).ToListAsync(token);
        Assert.Equal(10, orders.Count);
        return scope.Latest is not null;
    }

    private static async Task WriteAsync(Store store, CancellationToken token)
    {
        await using DbConnection connection = await store.Source.OpenConnectionAsync(token);
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = "INSERT INTO \"Lines\" (\"OrderId\", \"Text\") VALUES (1, 'written')";
        await command.ExecuteNonQueryAsync(token);
    }

    private static OpenLoopLoad Load(double rate) => new(new OpenLoopLoadOptions
    {
        Rate = rate, Duration = _phase * 6, IsRejection = static exception => exception is DbGuardException,
    });

    private static NpgsqlConnectionStringBuilder Pool(PostgresServer server)
    {
        NpgsqlConnectionStringBuilder builder = server.CreateBuilder();
        (builder.MaxPoolSize, builder.Timeout, builder.CommandTimeout) = (20, 5, 10);
        return builder;
    }

    private static Task OpensAsync(DbGuard guard) => Eventually.BecomesTrueAsync(
        _ => Task.FromResult(guard.State == CircuitState.Open),
        TimeSpan.FromSeconds(10),
        "the circuit is open",
        cancellationToken: Token);

    private void WriteLatencies(string what, LoadResult load, TimeSpan from, TimeSpan to) => output.WriteLine(
        $"{what}: p50 {Ms(Percentile(load, 50, from, to))}, p99 {Ms(Percentile(load, 99, from, to))}");

    private void WriteWhatHappened(DbGuard guard, LoadRequest[] failed)
    {
        foreach (DbGuardTransition transition in guard.GetSnapshot().RecentTransitions)
            output.WriteLine(transition.ToString());
        foreach (var kind in failed.GroupBy(r => r.ErrorKind)) output.WriteLine($"failed: {kind.Key} {kind.Count()}");
    }

    private static TimeSpan Percentile(LoadResult load, double percentile, TimeSpan from, TimeSpan to)
    {
        TimeSpan[] taken = [.. load.Requests.Where(r => r.ScheduledAt > from && r.ScheduledAt < to)
            .Select(static r => r.Latency ?? TimeSpan.MaxValue).Order()];
        return taken[Math.Max(0, (int)Math.Ceiling(percentile / 100 * taken.Length) - 1)];
    }

    private static string Ms(TimeSpan time) => $"{time.TotalMilliseconds:0.0} ms";

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
