using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace DbBreaker.EntityFrameworkCore.Tests;

/// <summary>A rejection arrives as it was thrown, once, and is never evidence of anything.</summary>
public sealed class RejectionTests(PostgresShop postgres) : IClassFixture<PostgresShop>
{
    [Theory, InlineData(false), InlineData(true)]
    public async Task A_query_on_an_isolated_guard_is_rejected_before_anything_is_opened(bool async)
    {
        Shop shop = Shop.On(postgres.ConnectionString);
        DbGuard guard = shop.Isolate();
        using ShopContext context = shop.Context();

        var rejection = await Assert.ThrowsAsync<DbCircuitOpenException>(() => context.Items.Rows(async));

        Assert.Equal(guard.Name, rejection.GuardName);
        AssertOnlyRejections(shop, 1);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task SaveChanges_is_rejected_unwrapped(bool async)
    {
        Shop shop = Shop.On(postgres.ConnectionString);
        shop.Isolate();
        using ShopContext context = shop.Context();
        context.Add(new Item { Code = Guid.NewGuid().ToString() });

        await Assert.ThrowsAsync<DbCircuitOpenException>(() => context.Save(async));

        AssertOnlyRejections(shop, 1);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_command_on_an_idle_connection_that_the_user_opened_is_rejected(bool async)
    {
        Shop shop = Shop.On(postgres.ConnectionString);
        using ShopContext context = shop.Context();
        await context.Database.Open(async);
        shop.Guard.Isolate("test");

        await Assert.ThrowsAsync<DbCircuitOpenException>(() => context.Items.Rows(async));
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => context.Database.Execute("SELECT 1", async));

        Assert.Equal((0, 0), (shop.Now.Operations, shop.Now.Failures));
        await context.Database.Close(async);
        shop.AssertNoPermitLeft();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task SaveChanges_on_a_connection_that_the_user_opened_is_rejected_unwrapped(bool async)
    {
        Shop shop = Shop.On(postgres.ConnectionString);
        using ShopContext context = shop.Context();
        await context.Database.Open(async);
        shop.Guard.Isolate("test");

        Assert.Equal(0, await context.Save(async)); // Nothing to save asks nobody.
        context.Add(new Item { Code = Guid.NewGuid().ToString() });
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => context.Save(async));

        AssertOnlyRejections(shop, 1);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_connection_that_was_opened_outside_EF_is_gated_too(bool async)
    {
        await using var connection = new NpgsqlConnection(postgres.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        Shop shop = Shop.On(connection);
        using ShopContext context = shop.Context();
        await context.Items.Rows(async);
        shop.Guard.Isolate("test");

        await Assert.ThrowsAsync<DbCircuitOpenException>(() => context.Items.Rows(async));

        await connection.CloseAsync();
        shop.AssertNoPermitLeft();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Npgsqls_retrying_strategy_neither_retries_nor_wraps_a_rejection(bool async)
    {
        Shop shop = Shop.Retrying(postgres.ConnectionString, retries: 5);
        shop.Isolate();
        using ShopContext context = shop.Context();
        context.Add(new Item { Code = Guid.NewGuid().ToString() });

        await Assert.ThrowsAsync<DbCircuitOpenException>(() => context.Items.Rows(async));
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => context.Save(async));

        AssertOnlyRejections(shop, 2);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task SqlServers_retrying_strategy_neither_retries_nor_wraps_a_rejection(bool async)
    {
        var shop = new Shop(options => options.UseSqlServer(
            "Server=127.0.0.1,1;User ID=sa;Password=unused;Connect Timeout=1",
            sqlServer => sqlServer.EnableRetryOnFailure(5, TimeSpan.Zero, null)));
        shop.Isolate();
        using ShopContext context = shop.Context();
        context.Add(new Item { Code = "one" });

        await Assert.ThrowsAsync<DbCircuitOpenException>(() => context.Items.Rows(async));
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => context.Save(async));

        AssertOnlyRejections(shop, 2);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_saturated_guard_rejects_unwrapped_and_without_retries(bool async)
    {
        var shop = new Shop(
            options => options.UseNpgsql(
                postgres.ConnectionString, npgsql => npgsql.EnableRetryOnFailure(5, TimeSpan.Zero, null)),
            options => options.AddCircuitBreaker(guard => (guard.PermitLimit, guard.QueueLimit) = (1, 0)));
        using ShopContext holder = shop.Context();
        await holder.Database.Open(async);
        using ShopContext context = shop.Context();

        await Assert.ThrowsAsync<DbPoolSaturatedException>(() => context.Items.Rows(async));

        Assert.Equal((1, 0), (shop.Now.RejectedSaturated, shop.Now.Failures));
        await holder.Database.Close(async);
        await context.Items.Rows(async);
        shop.AssertNoPermitLeft();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_rejection_inside_the_users_own_execution_strategy_is_thrown_once(bool async)
    {
        Shop shop = Shop.Retrying(postgres.ConnectionString, retries: 5);
        shop.Isolate();
        using ShopContext context = shop.Context();
        IExecutionStrategy strategy = context.Database.CreateExecutionStrategy();

        await Assert.ThrowsAsync<DbCircuitOpenException>(() => strategy.ExecuteAsync(async () =>
        {
            using IDbContextTransaction transaction = await context.Database.Begin(async);
            await transaction.Commit(async);
        }));

        AssertOnlyRejections(shop, 1);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task CanConnect_is_false_on_an_isolated_guard(bool async)
    {
        Shop shop = Shop.On(postgres.ConnectionString);
        shop.Isolate();
        using ShopContext context = shop.Context();

        Assert.False(await context.Database.CanConnect(async));

        AssertOnlyRejections(shop, 1);
    }

    private static void AssertOnlyRejections(Shop shop, int rejections)
    {
        DbGuardSnapshot now = shop.Now;
        Assert.Equal(
            (rejections, 0, 0), (now.RejectedOpen + now.RejectedSaturated, (int)now.Operations, (int)now.Failures));
    }
}
