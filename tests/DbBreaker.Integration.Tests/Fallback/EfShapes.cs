using Microsoft.EntityFrameworkCore;

namespace DbBreaker.Integration.Tests.Fallback;

/// <summary>The ways to read through EF Core, each sync and async where both exist.</summary>
internal static class EfShapes
{
    private static readonly Func<StoreContext, int, IAsyncEnumerable<Order>> _compiledAsync =
        EF.CompileAsyncQuery((StoreContext db, int least) => db.Orders.Where(o => o.Id >= least));

    private static readonly Func<StoreContext, int, IEnumerable<Order>> _compiled =
        EF.CompileQuery((StoreContext db, int least) => db.Orders.Where(o => o.Id >= least));

    public static IReadOnlyDictionary<string, Func<StoreContext, bool, Task<object?>>> All { get; } =
        new Dictionary<string, Func<StoreContext, bool, Task<object?>>>
        {
            ["tracked list"] = (db, async) => Rows(db.Orders.OrderBy(o => o.Id), async),
            ["untracked list"] = (db, async) => Rows(db.Orders.AsNoTracking().OrderBy(o => o.Id), async),
            ["projection"] = (db, async) => Rows(
                db.Orders.OrderBy(o => o.Id).Select(o => new { o.Id, o.Total, o.Range }), async),
            ["parameters"] = (db, async) =>
            {
                (string customer, int[] ids) = ("customer 1", [1, 6, 7]);
                return Rows(db.Orders.Where(o => o.Customer == customer && ids.Contains(o.Id)), async);
            },
            ["include"] = (db, async) => Rows(db.Orders.Include(o => o.Lines).OrderBy(o => o.Id), async),
            ["split include"] = (db, async) =>
                Rows(db.Orders.Include(o => o.Lines).AsSplitQuery().OrderBy(o => o.Id), async),
            ["grouping"] = (db, async) => Rows(
                db.Orders.GroupBy(o => o.Customer).Select(g => new { g.Key, Sum = g.Sum(o => o.Total) })
                    .OrderBy(g => g.Key),
                async),
            ["page"] = (db, async) => Rows(db.Orders.OrderByDescending(o => o.Id).Skip(3).Take(4), async),
            ["first"] = async (db, async) =>
                async ? await db.Orders.FirstAsync(o => o.Id == 3) : db.Orders.First(o => o.Id == 3),
            ["none"] = async (db, async) => async
                ? await db.Orders.SingleOrDefaultAsync(o => o.Id < 0)
                : db.Orders.SingleOrDefault(o => o.Id < 0),
            ["count"] = async (db, async) => async ? await db.Orders.CountAsync() : db.Orders.Count(),
            ["any"] = async (db, async) => async ? await db.Lines.AnyAsync() : db.Lines.Any(),
            ["sum"] = async (db, async) => async ? await db.Orders.SumAsync(o => o.Total) : db.Orders.Sum(o => o.Total),
            ["find"] = async (db, async) => async ? await db.Orders.FindAsync(5) : db.Orders.Find(5),
            ["explicit load"] = async (db, async) =>
            {
                Order order = db.Orders.First(o => o.Id == 2);
                if (async) await db.Entry(order).Collection(o => o.Lines).LoadAsync();
                else db.Entry(order).Collection(o => o.Lines).Load();
                return order;
            },
            ["from sql"] = (db, async) =>
            {
                int least = 15;
                FormattableString sql = $"""SELECT * FROM "Orders" WHERE "Id" >= {least}""";
                return Rows(db.Orders.FromSql(sql).OrderBy(o => o.Id), async);
            },
            ["from sql, composed"] = (db, async) => Rows(
                db.Orders.FromSqlRaw("""SELECT * FROM "Orders" WHERE "Id" < {0}""", 4)
                    .Include(o => o.Lines).OrderBy(o => o.Id),
                async),
            ["sql query"] = (db, async) => Rows(
                db.Database.SqlQuery<int>($"""SELECT "Id" AS "Value" FROM "Lines" """), async),
            ["compiled"] = async (db, async) =>
                async ? await _compiledAsync(db, 10).ToListAsync() : _compiled(db, 10).ToList(),
            ["streamed"] = async (db, async) =>
            {
                var ids = new List<int>();
                IQueryable<Order> orders = db.Orders.OrderBy(o => o.Id);
                if (async) await foreach (Order order in orders.AsAsyncEnumerable()) ids.Add(order.Id);
                else foreach (Order order in orders) ids.Add(order.Id);
                return ids;
            },
            ["streamed, left early"] = async (db, async) =>
            {
                if (async) await foreach (Order order in db.Orders.OrderBy(o => o.Id).AsAsyncEnumerable()) return order;
                else foreach (Order order in db.Orders.OrderBy(o => o.Id)) return order;
                return null;
            },
            ["two queries in turn"] = async (db, async) =>
                new[]
                {
                    await Rows(db.Orders.OrderBy(o => o.Id), async), await Rows(db.Lines.OrderBy(o => o.Id), async),
                },
            ["on an opened connection"] = async (db, async) =>
            {
                if (async) await db.Database.OpenConnectionAsync();
                else db.Database.OpenConnection();
                return await Rows(db.Orders.OrderBy(o => o.Id), async);
            },
        };

    private static async Task<object?> Rows<T>(IQueryable<T> query, bool async) =>
        async ? await query.ToListAsync() : query.ToList();
}
