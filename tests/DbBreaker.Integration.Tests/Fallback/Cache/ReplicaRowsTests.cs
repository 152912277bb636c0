using System.Data.Common;
using System.Diagnostics;
using Dapper;
using DbBreaker.TestKit;
using Microsoft.EntityFrameworkCore;

namespace DbBreaker.Integration.Tests.Fallback.Cache;

/// <summary>A primary that is gone, a standby that answered for it and then goes too, and what is left of that.
/// </summary>
public sealed class ReplicaRowsTests
{
    private const string Notes = """SELECT "Note" FROM "Orders" WHERE "Id" <= 3 ORDER BY "Id" """;

    private static readonly TimeSpan _hour = TimeSpan.FromHours(1), _patience = TimeSpan.FromSeconds(60);

    [Theory, InlineData(false), InlineData(true)]
    public async Task The_standby_s_rows_answer_in_every_shape_with_an_age_that_is_right(bool async)
    {
        await using PostgresPair pair = await PostgresPair.StartAsync(cancellationToken: Token);
        await StoreContext.FillAsync(pair.Primary.ConnectionString);
        await using Store store = Guard(pair);
        string first = await ReadAllAsync(store, async, DbReadSource.Primary);
        await WriteAsync(pair, "written later");
        await CatchUpAsync(pair);
        await pair.Primary.FreezeAsync(Token);
        await OpensAsync(store);

        long before = Stopwatch.GetTimestamp();
        string second = await ReadAllAsync(store, async, DbReadSource.Replica);
        long after = Stopwatch.GetTimestamp();
        Assert.NotEqual(first, second);
        await pair.Standby.StopAsync(cancellationToken: Token);
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, Token);
        using DbReadScope scope = DbReadScope.Begin();
        string? third = null;
        await Eventually.BecomesTrueAsync(
            async _ => (third = await ReadAllAsync(store, async, DbReadSource.Cache)) is not null, _patience,
            "the cache answers", cancellationToken: Token);
        Assert.Equal(second, third);
        // The lag is known to the second, and a standby that hears from its primary is not behind.
        Assert.InRange(
            scope.Oldest!.Age!.Value, Stopwatch.GetElapsedTime(after) - TimeSpan.FromSeconds(1),
            Stopwatch.GetElapsedTime(before) + TimeSpan.FromSeconds(6));
        store.AssertNothingHeld();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Rows_of_a_standby_that_is_behind_replace_nothing_that_the_primary_gave(bool async)
    {
        await using PostgresPair pair = await PostgresPair.StartAsync(cancellationToken: Token);
        await StoreContext.FillAsync(pair.Primary.ConnectionString);
        await CatchUpAsync(pair);
        await using Store store = Guard(pair);
        await pair.Standby.ScalarAsync<string>("SELECT pg_wal_replay_pause()::text", Token);
        await WriteAsync(pair, "not replayed");
        string fresh = await ReadAllAsync(store, async, DbReadSource.Primary);
        await pair.Primary.StopAsync(cancellationToken: Token);
        await OpensAsync(store);
        string stale = await ReadAllAsync(store, async, DbReadSource.Replica);
        Assert.NotEqual(fresh, stale);
        // Later they are younger by the clock, for the outage counts for nothing, and still they lack a row.
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, Token);
        Assert.Equal(stale, await ReadAllAsync(store, async, DbReadSource.Replica));
        await pair.Standby.StopAsync(cancellationToken: Token);
        await Eventually.BecomesTrueAsync(
            async _ => await ReadAllAsync(store, async, DbReadSource.Cache) == fresh, _patience,
            "the cache answers with the primary's rows", cancellationToken: Token);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task The_first_row_comes_before_the_last_is_there_and_half_a_result_is_not_kept(bool async)
    {
        await using PostgresPair pair = await PostgresPair.StartAsync(cancellationToken: Token);
        await StoreContext.FillAsync(pair.Primary.ConnectionString);
        await CatchUpAsync(pair);
        await using Store store = Guard(pair);
        store.Guard.Isolate("the test");
        await using DbConnection connection = await store.Source.OpenConnectionAsync(Token);
        await using DbCommand command = connection.CreateCommand();
        command.CommandText =
            "SELECT repeat('x', 1000), CASE WHEN i > 2000 THEN pg_sleep(60) END FROM generate_series(1, 2001) i";
        command.WithFallbackCache(_hour);
        long start = Stopwatch.GetTimestamp();
        await using (DbDataReader reader = async
            ? await command.ExecuteReaderAsync(Token) : command.ExecuteReader())
        {
            Assert.True(async ? await reader.ReadAsync(Token) : reader.Read());
            Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(30));
            command.Cancel();
        }

        await pair.Standby.StopAsync(cancellationToken: Token);
        command.CommandTimeout = 5;
        await Assert.ThrowsAsync<DbCircuitOpenException>(async () => await command.ExecuteReaderAsync(Token));
    }

    private static async Task<string> ReadAllAsync(Store store, bool async, DbReadSource source)
    {
        using DbReadScope scope = DbReadScope.Begin();
        await using StoreContext context = store.Context();
        IQueryable<Order> orders = context.Orders.Where(o => o.Id <= 3).WithFallbackCache(_hour).OrderBy(o => o.Id);
        List<Order> tracked = async ? await orders.ToListAsync(Token) : orders.ToList();
        var seen = new List<object?> { tracked.Select(o => o.Note).ToList() };
        await using DbConnection connection = store.Source.CreateConnection();
        if (async) await connection.OpenAsync(Token);
        else connection.Open();
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = Notes;
        command.WithFallbackCache(_hour);
        seen.Add(async ? await command.ExecuteScalarAsync(Token) : command.ExecuteScalar());
        using (DbReadScope.BeginWithFallbackCache(_hour))
        {
            seen.Add(async
                ? await connection.QueryUnbufferedAsync<string>(Notes).ToListAsync(Token)
                : connection.Query<string>(Notes, buffered: false).ToList());
        }

        await using DbBatch batch = connection.CreateBatch();
        foreach (string text in (string[])[Notes, "SELECT count(*) FROM \"Orders\""])
        {
            DbBatchCommand one = batch.CreateBatchCommand();
            one.CommandText = text;
            batch.BatchCommands.Add(one);
        }

        batch.WithFallbackCache(_hour);
        await using (DbDataReader reader = async ? await batch.ExecuteReaderAsync(Token) : batch.ExecuteReader())
        {
            do
            {
                while (async ? await reader.ReadAsync(Token) : reader.Read()) seen.Add(reader.GetValue(0));
            }
            while (async ? await reader.NextResultAsync(Token) : reader.NextResult());
        }

        Assert.Equal(source == DbReadSource.Primary ? 0 : 4, scope.Count);
        Assert.True(scope.Latest is null || scope.Latest.Source == source);
        return System.Text.Json.JsonSerializer.Serialize(seen);
    }

    private static Store Guard(PostgresPair pair) => StorePair.Guard(
        pair.Primary.ConnectionString, o => o.FallbackToReplica(pair.Standby.ConnectionString).FallbackToCache());

    private static Task WriteAsync(PostgresPair pair, string note) => pair.Primary.ScalarAsync<int>(
        $"""UPDATE "Orders" SET "Note" = '{note}' WHERE "Id" = 1 RETURNING "Id" """, Token);

    private static async Task CatchUpAsync(PostgresPair pair)
    {
        string written = await pair.Primary.ScalarAsync<string>("SELECT pg_current_wal_lsn()::text", Token);
        await Eventually.BecomesTrueAsync(
            token => pair.Standby.ScalarAsync<bool>($"SELECT pg_last_wal_replay_lsn() >= '{written}'", token),
            _patience, "the standby has caught up", cancellationToken: Token);
    }

    private static Task OpensAsync(Store store) => Eventually.BecomesTrueAsync(async token =>
    {
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(token);
        soon.CancelAfter(TimeSpan.FromSeconds(1));
        try
        {
            await using StoreContext context = store.Context();
            await context.Lines.CountAsync(soon.Token);
        }
        catch (Exception exception)
            when (exception is DbException or InvalidOperationException or OperationCanceledException)
        {
            // Failures and silence open the circuit.
        }

        return store.Guard.State == CircuitState.Open;
    }, _patience, "the circuit is open", cancellationToken: Token);

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
