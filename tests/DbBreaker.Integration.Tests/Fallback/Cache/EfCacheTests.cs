using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DbBreaker.Integration.Tests.Fallback.Cache;

/// <summary>EF Core's queries that opt in by themselves.</summary>
public sealed class EfCacheTests(StorePair pair) : IClassFixture<StorePair>
{
    private static readonly TimeSpan _minute = TimeSpan.FromMinutes(1);

    private static readonly Func<StoreContext, int, IAsyncEnumerable<Order>> _compiledAsync = EF.CompileAsyncQuery(
        (StoreContext db, int least) => db.Orders.WithFallbackCache(TimeSpan.FromMinutes(1)).Where(o => o.Id >= least));

    private static readonly Func<StoreContext, int, IEnumerable<Order>> _compiled = EF.CompileQuery(
        (StoreContext db, int least) => db.Orders.Where(o => o.Id >= least).WithFallbackCache(TimeSpan.FromMinutes(1)));

    internal static IReadOnlyDictionary<string, Func<StoreContext, bool, Task<object?>>> Queries { get; } =
        new Dictionary<string, Func<StoreContext, bool, Task<object?>>>
        {
            ["list"] = (db, async) => Rows(db.Orders.WithFallbackCache(_minute).OrderBy(o => o.Id), async),
            ["at the end"] = (db, async) => Rows(db.Orders.OrderBy(o => o.Id).WithFallbackCache(_minute), async),
            ["with other tags"] = (db, async) => Rows(
                db.Orders.TagWith("first\nof two lines").WithFallbackCache(_minute).TagWith("last").OrderBy(o =>
                    o.Id), async),
            ["projection"] = (db, async) =>
                Rows(db.Orders.WithFallbackCache(_minute).Select(o => new { o.Id, o.Codes, o.Range }), async),
            ["include"] = (db, async) =>
                Rows(db.Orders.Include(o => o.Lines).WithFallbackCache(_minute).OrderBy(o => o.Id), async),
            ["split include"] = (db, async) => Rows(
                db.Orders.Include(o => o.Lines).AsSplitQuery().WithFallbackCache(_minute).OrderBy(o => o.Id), async),
            ["parameters"] = (db, async) =>
            {
                (string customer, int[] ids) = ("customer 1", [1, 6, 7]);
                return Rows(
                    db.Orders.Where(o =>
                        o.Customer == customer && ids.Contains(o.Id)).WithFallbackCache(_minute), async);
            },
            ["from sql"] = (db, async) =>
                Rows(db.Orders.FromSql($"""SELECT * FROM "Orders" WHERE "Id" >= {15}""").WithFallbackCache(_minute),
                    async),
            ["from sql, composed"] = (db, async) => Rows(
                db.Orders.FromSql($"""SELECT * FROM "Orders" WHERE "Id" >= {15}""").WithFallbackCache(_minute)
                    .OrderBy(o => o.Id).Take(2), async),
            ["sql query"] = (db, async) => Rows(
                db.Database.SqlQuery<int>($"""SELECT "Id" AS "Value" FROM "Lines" """).WithFallbackCache(_minute),
                    async),
            ["first"] = async (db, async) =>
            {
                IQueryable<Order> orders = db.Orders.WithFallbackCache(_minute);
                return async ? await orders.FirstAsync(o => o.Id == 3) : orders.First(o => o.Id == 3);
            },
            ["none"] = async (db, async) =>
            {
                IQueryable<Order> orders = db.Orders.WithFallbackCache(_minute);
                return async ? await orders.SingleOrDefaultAsync(o => o.Id < 0) : orders.SingleOrDefault(o => o.Id < 0);
            },
            ["count"] = async (db, async) => async
                ? await db.Orders.WithFallbackCache(_minute).CountAsync()
                : db.Orders.WithFallbackCache(_minute).Count(),
            ["any"] = async (db, async) => async
                ? await db.Orders.WithFallbackCache(_minute).AnyAsync()
                : db.Orders.WithFallbackCache(_minute).Any(),
            ["explicit load"] = async (db, async) =>
            {
                Order order = db.Orders.WithFallbackCache(_minute).First(o => o.Id == 2);
                IQueryable<Line> lines = db.Entry(order).Collection(o => o.Lines).Query().WithFallbackCache(_minute);
                if (async) await lines.LoadAsync();
                else lines.Load();
                return order;
            },
            ["compiled"] = async (db, async) =>
                async ? await _compiledAsync(db, 10).ToListAsync() : _compiled(db, 10).ToList(),
            ["streamed"] = async (db, async) =>
            {
                var ids = new List<int>();
                IQueryable<Order> orders = db.Orders.WithFallbackCache(_minute).OrderBy(o => o.Id);
                if (async) await foreach (Order order in orders.AsAsyncEnumerable()) ids.Add(order.Id);
                else foreach (Order order in orders) ids.Add(order.Id);
                return ids;
            },
        };

    public static TheoryData<string, bool, bool> Cases => [.. from name in Queries.Keys
        from async in (bool[])[false, true] from retrying in (bool[])[false, true] select (name, async, retrying)];

    [Theory, MemberData(nameof(Cases))]
    public async Task A_query_that_opted_in_is_answered_by_its_last_rows(string name, bool async, bool retrying)
    {
        await using Store store = StorePair.Guard(pair.Primary, o => o.FallbackToCache(), retrying);
        string plain = await Ask();
        store.Guard.Isolate("the test");
        using DbReadScope scope = DbReadScope.Begin();
        Assert.Equal(plain, await Ask());
        Assert.Equal(DbReadSource.Cache, scope.Latest?.Source);
        store.AssertNothingHeld();

        async Task<string> Ask()
        {
            await using StoreContext context = store.Context();
            return System.Text.Json.JsonSerializer.Serialize(await Queries[name](context, async));
        }
    }

    [Fact]
    public async Task A_query_that_did_not_opt_in_is_rejected_and_so_is_one_with_other_parameters()
    {
        await using Store store = StorePair.Guard(pair.Primary, o => o.FallbackToCache());
        await using StoreContext context = store.Context();
        Task<List<Order>> Ask(int id, int minutes = 1) =>
            context.Orders.Where(o => o.Id == id).WithFallbackCache(_minute * minutes).ToListAsync(Token);
        await Ask(1);
        store.Guard.Isolate("the test");
        Assert.Single(await Ask(1));
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => Ask(2));
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => context.Orders.Where(o => o.Id == 1).ToListAsync(Token));
        // Another age is the same question.
        Assert.Single(await Ask(1, minutes: 2));
    }

    [Fact]
    public async Task What_looks_like_an_opt_in_within_a_text_is_none()
    {
        await using Store store = StorePair.Guard(pair.Primary, o => o.FallbackToCache());
        await using StoreContext context = store.Context();
        IQueryable<string> query = context.Database.SqlQueryRaw<string>(
            "SELECT '\n-- dbbreaker:fallback-cache=60000\n' AS \"Value\"");
        await query.ToListAsync(Token);
        store.Guard.Isolate("the test");
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => query.ToListAsync(Token));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task SaveChanges_works_beside_it_and_its_rows_are_not_kept(bool async)
    {
        await using Store store = StorePair.Guard(pair.Primary, o => o.FallbackToCache());
        await using StoreContext context = store.Context();
        using DbReadScope scope = DbReadScope.BeginWithFallbackCache(_minute);
        await context.Orders.Where(o => o.Id == 4).ToListAsync(Token);
        var line = new Line { OrderId = 4, Text = "a new one" };
        context.Add(line);
        _ = async ? await context.SaveChangesAsync(Token) : context.SaveChanges();
        Assert.NotEqual(0, line.Id);
        context.Remove(line);
        _ = async ? await context.SaveChangesAsync(Token) : context.SaveChanges();
        await using (var transaction = await context.Database.BeginTransactionAsync(Token))
        {
            await context.Orders.Where(o => o.Id == 5).ToListAsync(Token);
            await transaction.CommitAsync(Token);
        }

        store.Guard.Isolate("the test");
        Assert.Single(await context.Orders.Where(o => o.Id == 4).ToListAsync(Token));
        int other = 5;
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => context.Orders.Where(o =>
            o.Id == other).ToListAsync(Token));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task After_SaveChanges_the_context_s_reads_wait_for_the_primary(bool pooled)
    {
        await using ServiceProvider services = new ServiceCollection().AddSingleton(new DbGuardRegistry())
            .AddPooledDbContextFactory<StoreContext>(o => o.UseNpgsql(pair.Primary).AddCircuitBreaker(guard =>
            {
                guard.FallbackToReplica(pair.Standby);
                guard.ReadYourWrites = TimeSpan.FromHours(1);
            })).BuildServiceProvider();
        var factory = services.GetRequiredService<IDbContextFactory<StoreContext>>();
        await using (StoreContext writer = await factory.CreateDbContextAsync(Token))
        {
            await writer.Lines.Where(l => l.Id < 0).ExecuteDeleteAsync(Token);
            writer.Database.GetGuard().Isolate("the test");
            if (!pooled)
            {
                var rejection = await Assert.ThrowsAsync<DbCircuitOpenException>(() => writer.Orders.CountAsync(Token));
                Assert.Contains("ReadYourWrites", rejection.Message, StringComparison.Ordinal);
            }
        }

        if (!pooled) return;
        // The pool hands the same object, and its connection, to somebody who wrote nothing.
        await using StoreContext reader = await factory.CreateDbContextAsync(Token);
        Assert.Equal(20, await reader.Orders.CountAsync(Token));
    }

    private static async Task<object?> Rows<T>(IQueryable<T> query, bool async) =>
        async ? await query.ToListAsync() : query.ToList();

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
