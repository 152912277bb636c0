using Microsoft.EntityFrameworkCore;

namespace DbBreaker.EntityFrameworkCore.Tests;

/// <summary>Interceptors of the application, which run after the guard's: what they do is not the server's.</summary>
public sealed class OtherInterceptorsTests(SqliteShop sqlite) : IClassFixture<SqliteShop>
{
    [Theory, InlineData(false), InlineData(true)]
    public async Task An_open_that_another_interceptor_suppressed_keeps_no_permit_and_proves_nothing(bool async)
    {
        Shop shop = Shop.OnSqlite(sqlite.ConnectionString);
        var cache = new CachingInterceptor(opens: false);
        using ShopContext context = shop.Context(options => options.AddInterceptors(cache));

        Assert.Equal("cached", Assert.Single(await context.Items.Rows(async)).Code);

        shop.AssertEvidence(operations: 0, failures: 0);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Rows_that_another_interceptor_made_prove_nothing(bool async)
    {
        Shop shop = Shop.OnSqlite(sqlite.ConnectionString);
        var cache = new CachingInterceptor(opens: true);
        using ShopContext context = shop.Context(options => options.AddInterceptors(cache));

        Assert.Equal("cached", Assert.Single(await context.Items.Rows(async)).Code);

        shop.AssertEvidence(operations: 0, failures: 0);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task An_exception_of_another_interceptor_is_no_failure(bool async)
    {
        Shop shop = Shop.OnSqlite(sqlite.ConnectionString);
        using ShopContext context = shop.Context(options => options.AddInterceptors(new ThrowingInterceptor()));

        await Assert.ThrowsAsync<NotSupportedException>(() => context.Items.Rows(async));

        shop.AssertEvidence(operations: 0, failures: 0);
    }
}
