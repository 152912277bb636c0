using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace DbBreaker.EntityFrameworkCore.Tests;

/// <summary>What a guarded query allocates beyond an interceptor that does nothing.</summary>
public sealed class CostTests(SqliteShop sqlite) : IClassFixture<SqliteShop>
{
    private const int Queries = 300;
    private const int Rounds = 20;

    [Fact]
    public void The_guards_interceptor_allocates_nothing_beyond_an_idle_one()
    {
        string name = Guid.NewGuid().ToString();
        DbContextOptions<ShopContext> idle = Intercepted(new IdleInterceptor());
        DbContextOptions<ShopContext> guarded = Intercepted(new DbGuardInterceptor(name));
        double withIdle = double.MaxValue, withGuard = double.MaxValue;

        // The compiler keeps moving allocations to the stack while both warm up; the least of each is what remains.
        for (int round = 0; round < Rounds && (round < 2 || withGuard > withIdle); round++)
        {
            withIdle = Math.Min(withIdle, BytesPerQuery(idle));
            withGuard = Math.Min(withGuard, BytesPerQuery(guarded));
        }

        Assert.True(withGuard - withIdle < 1, $"{withGuard:0.0} bytes a query, {withIdle:0.0} with the idle one");
        Assert.True(DbGuardRegistry.Shared.Find(name)!.GetSnapshot().Operations > 0);
    }

    private DbContextOptions<ShopContext> Intercepted(IInterceptor interceptor) =>
        new DbContextOptionsBuilder<ShopContext>()
            .UseSqlite(sqlite.ConnectionString).AddInterceptors(interceptor).Options;

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
