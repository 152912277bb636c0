using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace DbBreaker.EntityFrameworkCore.Tests;

/// <summary>What a guarded query allocates beyond interceptors that do nothing.</summary>
public sealed class CostTests(SqliteShop sqlite) : IClassFixture<SqliteShop>
{
    private const int Queries = 2_000;

    [Fact]
    public void A_guarded_query_allocates_nothing_beyond_idle_interceptors()
    {
        var idle = new DbContextOptionsBuilder<ShopContext>().UseSqlite(sqlite.ConnectionString)
            .AddInterceptors(new IdleInterceptor());
        Shop shop = Shop.OnSqlite(sqlite.ConnectionString);

        double withIdle = BytesPerQuery(idle.Options);
        double guarded = BytesPerQuery(shop.Options());

        Assert.True(guarded - withIdle < 1, $"{guarded:0.0} bytes a query, {withIdle:0.0} with idle interceptors");
        Assert.True(shop.Now.Operations > 0);
    }

    private static double BytesPerQuery(DbContextOptions<ShopContext> options)
    {
        var contexts = new PooledDbContextFactory<ShopContext>(options, poolSize: 1);
        Run(contexts);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(contexts);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Queries;
    }

    private static void Run(PooledDbContextFactory<ShopContext> contexts)
    {
        for (int i = 0; i < Queries; i++)
        {
            using ShopContext context = contexts.CreateDbContext();
            Assert.False(context.Items.AsNoTracking().Any(item => item.Id < 0));
        }
    }
}
