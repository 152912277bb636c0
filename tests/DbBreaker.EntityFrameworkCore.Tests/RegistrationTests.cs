using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace DbBreaker.EntityFrameworkCore.Tests;

/// <summary>How a context gets its guard.</summary>
public sealed class RegistrationTests(SqliteShop sqlite) : IClassFixture<SqliteShop>
{
    [Theory, InlineData(false), InlineData(true)]
    public async Task Calling_AddCircuitBreaker_twice_is_calling_it_once(bool async)
    {
        Shop shop = OnSqlite(options => options.AddCircuitBreaker().AddCircuitBreaker());
        using ShopContext context = shop.Context();

        await context.Items.Rows(async);

        shop.AssertEvidence(operations: 1, failures: 0);
    }

    [Fact]
    public void A_later_call_keeps_the_name_and_its_settings_come_on_top()
    {
        Shop shop = OnSqlite(options => options
            .AddCircuitBreaker("orders", guard => (guard.QueueLimit, guard.MinimumThroughput) = (5, 6))
            .AddCircuitBreaker(guard => guard.QueueLimit = 7));
        using ShopContext context = shop.Context();

        DbGuard guard = context.Database.GetGuard();

        Assert.Equal(("orders", 7, 6), (guard.Name, guard.Options.QueueLimit, guard.Options.MinimumThroughput));
    }

    [Fact]
    public void The_generic_overloads_keep_the_type_of_the_builder()
    {
        DbContextOptionsBuilder<ShopContext> options = new();

        DbContextOptionsBuilder<ShopContext> same = options
            .AddCircuitBreaker().AddCircuitBreaker(_ => { })
            .AddCircuitBreaker("one").AddCircuitBreaker("one", _ => { });

        Assert.Same(options, same);
    }

    [Fact]
    public void Contexts_with_different_settings_share_the_services_of_EF()
    {
        for (int i = 0; i < 30; i++)
        {
            int limit = i;
            Shop shop = OnSqlite(options => options
                .ConfigureWarnings(warnings => warnings.Throw(CoreEventId.ManyServiceProvidersCreatedWarning))
                .AddCircuitBreaker($"guard {limit}", guard => guard.QueueLimit = limit));
            using ShopContext context = shop.Context();

            Assert.Empty(context.Items);

            Assert.Equal(($"guard {limit}", limit), (shop.Guard.Name, shop.Guard.Options.QueueLimit));
        }
    }

    [Fact]
    public void Contexts_of_one_string_share_a_guard_and_those_of_another_have_their_own()
    {
        using var other = new SqliteShop();
        Shop shop = Shop.OnSqlite(sqlite.ConnectionString);
        using ShopContext first = shop.Context();
        using ShopContext second = shop.Context();
        using ShopContext third = shop.Context(options => options.UseSqlite(other.ConnectionString));

        Assert.Same(first.Database.GetGuard(), second.Database.GetGuard());
        Assert.NotSame(first.Database.GetGuard(), third.Database.GetGuard());
    }

    [Fact]
    public void A_name_joins_two_strings_into_one_guard()
    {
        using var other = new SqliteShop();
        Shop shop = OnSqlite(options => options.AddCircuitBreaker("both"));
        using ShopContext first = shop.Context();
        using ShopContext second = shop.Context(options => options.UseSqlite(other.ConnectionString));

        Assert.Same(first.Database.GetGuard(), second.Database.GetGuard());
    }

    [Fact]
    public void A_named_guard_of_the_container_is_used_as_it_is()
    {
        Shop shop = OnSqlite(options => options.AddCircuitBreaker("orders"));
        DbGuard configured = shop.Registry.GetOrAdd("orders", new DbGuardOptions { QueueLimit = 3 });
        using ShopContext context = shop.Context();

        Assert.Same(configured, context.Database.GetGuard());
    }

    [Fact]
    public void Without_a_container_the_guard_is_in_the_registry_of_the_process()
    {
        string name = Guid.NewGuid().ToString();
        var options = new DbContextOptionsBuilder<ShopContext>().UseSqlite(sqlite.ConnectionString)
            .AddCircuitBreaker(name);
        using var context = new ShopContext(options.Options);

        Assert.Empty(context.Items);

        Assert.Same(DbGuardRegistry.Shared.Find(name), context.Database.GetGuard());
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Changing_the_connection_string_changes_the_guard(bool async)
    {
        using var other = new SqliteShop();
        Shop shop = Shop.OnSqlite(sqlite.ConnectionString);
        using ShopContext context = shop.Context();
        await context.Items.Rows(async);
        DbGuard first = context.Database.GetGuard();

        context.Database.SetConnectionString(other.ConnectionString);
        await context.Items.Rows(async);
        DbGuard second = context.Database.GetGuard();
        context.Database.SetConnectionString(sqlite.ConnectionString);
        await context.Items.Rows(async);

        Assert.NotSame(first, second);
        Assert.Same(first, context.Database.GetGuard());
        Assert.Equal((2, 1), (first.GetSnapshot().Operations, second.GetSnapshot().Operations));
        Assert.Equal((0, 0), (first.GetSnapshot().PermitsInUse, second.GetSnapshot().PermitsInUse));
    }

    [Fact]
    public void A_model_that_was_built_before_works_with_the_guard()
    {
        Shop shop = Shop.OnSqlite(sqlite.ConnectionString);
        using ShopContext builder = shop.Context();
        var model = builder.Model;
        using ShopContext context = shop.Context(options => options.UseModel(model));

        Assert.Empty(context.Items);

        shop.AssertEvidence(operations: 1, failures: 0);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task An_interceptor_serves_contexts_with_an_internal_service_provider(bool async)
    {
        string name = Guid.NewGuid().ToString();
        var interceptor = new DbGuardInterceptor(name);
        await using ServiceProvider services =
            new ServiceCollection().AddEntityFrameworkSqlite().BuildServiceProvider();
        DbContextOptions options = new DbContextOptionsBuilder<ShopContext>().UseSqlite(sqlite.ConnectionString)
            .UseInternalServiceProvider(services).AddInterceptors(interceptor).Options;

        for (int i = 0; i < 2; i++)
        {
            using var context = new ShopContext(options);
            await context.Items.Rows(async);
            Assert.Same(DbGuardRegistry.Shared.Find(name), context.Database.GetGuard());
        }

        DbGuardSnapshot now = DbGuardRegistry.Shared.Find(name)!.GetSnapshot();
        Assert.Equal((2, 0), (now.Operations, now.PermitsInUse));
    }

    private Shop OnSqlite(Action<DbContextOptionsBuilder> guard) =>
        new(options => options.UseSqlite(sqlite.ConnectionString), guard);
}
