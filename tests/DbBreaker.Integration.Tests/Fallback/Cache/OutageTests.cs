using System.Data.Common;
using Dapper;
using DbBreaker.TestKit;
using Microsoft.EntityFrameworkCore;

namespace DbBreaker.Integration.Tests.Fallback.Cache;

/// <summary>A real primary and its standby, one after the other stopped.</summary>
public sealed class OutageTests
{
    private const string Text = """SELECT "Id" FROM "Orders" WHERE "Id" <= @most ORDER BY "Id" """;

    private static readonly TimeSpan _minute = TimeSpan.FromMinutes(1), _patience = TimeSpan.FromSeconds(30);

    [Theory, InlineData(false), InlineData(true)]
    public async Task Without_primary_and_standby_who_opted_in_reads_on_and_the_rest_is_rejected(bool async)
    {
        await using PostgresPair pair = await PostgresPair.StartAsync(cancellationToken: Token);
        await StoreContext.FillAsync(pair.Primary.ConnectionString);
        await using Store store = StorePair.Guard(
            pair.Primary.ConnectionString, o => o.FallbackToReplica(pair.Standby.ConnectionString).FallbackToCache());
        await ReadAllAsync(store, async, DbReadSource.Primary);
        await pair.Primary.StopAsync(cancellationToken: Token);
        await OpenAsync(store);
        await ReadAllAsync(store, async, DbReadSource.Replica);
        await pair.Standby.StopAsync(cancellationToken: Token);
        await Eventually.BecomesTrueAsync(async _ =>
        {
            await ReadAllAsync(store, async, DbReadSource.Cache);
            return true;
        }, _patience, "the cache answers", cancellationToken: Token);
        await using StoreContext context = store.Context();
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => context.Orders.ToListAsync(Token));
        await using DbConnection connection = await store.Source.OpenConnectionAsync(Token);
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => connection.QueryAsync<int>(Text, new { most = 6 }));
        context.Add(Order.Number(21));
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => context.SaveChangesAsync(Token));
        store.AssertNothingHeld();
    }

    private static async Task ReadAllAsync(Store store, bool async, DbReadSource source)
    {
        using DbReadScope scope = DbReadScope.Begin();
        await using StoreContext context = store.Context();
        IQueryable<Order> orders = context.Orders.Include(o => o.Lines).WithFallbackCache(_minute).OrderBy(o => o.Id);
        Assert.Equal(20, (async ? await orders.ToListAsync(Token) : orders.ToList()).Count);
        await using DbConnection connection = store.Source.CreateConnection();
        if (async) await connection.OpenAsync(Token);
        else connection.Open();
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM \"Orders\"";
        command.WithFallbackCache(_minute);
        Assert.Equal(20L, async ? await command.ExecuteScalarAsync(Token) : command.ExecuteScalar());
        using (DbReadScope.BeginWithFallbackCache(_minute))
        {
            var most = new { most = 5 };
            Assert.Equal(
                [1, 2, 3, 4, 5], async
                    ? await connection.QueryAsync<int>(Text, most) : connection.Query<int>(Text, most));
        }

        Assert.Equal(source == DbReadSource.Primary ? 0 : 3, scope.Count);
        if (source == DbReadSource.Primary) return;
        Assert.Equal(source, scope.Latest!.Source);
        Assert.NotNull(((GuardedDbCommand)command).FallbackOrigin);
        if (source == DbReadSource.Cache) Assert.InRange(scope.Oldest!.Age!.Value, TimeSpan.FromTicks(1), _minute);
    }

    private static Task OpenAsync(Store store) => Eventually.BecomesTrueAsync(async token =>
    {
        try
        {
            await using StoreContext context = store.Context();
            await context.Lines.CountAsync(token);
        }
        catch (Exception exception) when (exception is DbException or InvalidOperationException)
        {
            // Failures open the circuit.
        }

        return store.Guard.State == CircuitState.Open;
    }, _patience, "the circuit is open", cancellationToken: Token);

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
