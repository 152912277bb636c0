using System.Data;
using DbBreaker.TestKit;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace DbBreaker.EntityFrameworkCore.Tests;

/// <summary>What commands tell the guard, by every way EF Core runs one.</summary>
public sealed class CommandTests(PostgresShop postgres) : IClassFixture<PostgresShop>
{
    [Theory, InlineData(false), InlineData(true)]
    public async Task Readers_non_queries_and_bulk_updates_count_as_successes(bool async)
    {
        Shop shop = Shop.On(postgres.ConnectionString);
        using ShopContext context = shop.Context();

        await context.Items.Rows(async);
        await context.Database.Execute("SELECT 1", async);
        IQueryable<Item> none = context.Items.Where(item => item.Id < 0);
        if (async) await none.ExecuteDeleteAsync(TestContext.Current.CancellationToken);
        else none.ExecuteDelete();

        shop.AssertEvidence(operations: 3, failures: 0);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task An_error_that_the_server_answers_counts_as_a_success(bool async)
    {
        Shop shop = Shop.On(postgres.ConnectionString);
        using ShopContext context = shop.Context();

        await Assert.ThrowsAsync<PostgresException>(() => context.Database.Execute("SELECT nothing", async));

        shop.AssertEvidence(operations: 1, failures: 0);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_unique_violation_within_SaveChanges_counts_as_one_success(bool async)
    {
        Shop shop = Shop.On(postgres.ConnectionString);
        string code = Guid.NewGuid().ToString();
        await AddAsync(shop, code);
        using ShopContext context = shop.Context();
        context.Add(new Item { Code = code });

        await Assert.ThrowsAsync<DbUpdateException>(() => context.Save(async));

        Assert.Equal(0, shop.Now.Failures);
        Assert.InRange(shop.Now.Operations, 2, 3);
        shop.AssertNoPermitLeft();
    }

    [Fact]
    public async Task A_cancelled_command_on_a_healthy_server_is_no_failure()
    {
        Shop shop = Shop.On(postgres.ConnectionString);
        await using ShopContext context = shop.Context();
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => context.Database.ExecuteSqlRawAsync("SELECT pg_sleep(30)", patience.Token));

        shop.AssertEvidence(operations: 0, failures: 0);
    }

    [Fact]
    public async Task A_cancelled_command_whose_connection_broke_is_a_failure()
    {
        await using FaultProxy proxy = postgres.StartProxy(out string connectionString);
        Shop shop = Shop.On(connectionString + ";Cancellation Timeout=-1;Timeout=1;SSL Mode=Disable");
        await using ShopContext context = shop.Context();
        await context.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        proxy.Silence();
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => context.Database.ExecuteSqlRawAsync("SELECT 1", patience.Token));

        Assert.Equal(ConnectionState.Closed, context.Database.GetDbConnection().State);
        shop.AssertEvidence(operations: 1, failures: 1);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_command_timeout_on_a_dead_server_is_one_failure(bool async)
    {
        await using FaultProxy proxy = postgres.StartProxy(out string connectionString);
        Shop shop = Shop.On(connectionString + ";Command Timeout=1;Cancellation Timeout=-1;Timeout=1;SSL Mode=Disable");
        using ShopContext context = shop.Context();
        await context.Database.Open(async);
        proxy.Silence();

        await Assert.ThrowsAnyAsync<Exception>(() => context.Items.Rows(async));

        shop.AssertEvidence(operations: 1, failures: 1);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_command_timeout_on_a_living_session_is_no_failure(bool async)
    {
        Shop shop = Shop.On(postgres.ConnectionString + ";Command Timeout=1");
        using ShopContext context = shop.Context();
        await context.Database.Open(async);

        await Assert.ThrowsAnyAsync<Exception>(() => context.Database.Execute("SELECT pg_sleep(30)", async));

        Assert.Equal(ConnectionState.Open, context.Database.GetDbConnection().State);
        Assert.Equal(0, shop.Now.Failures);
    }

    private static async Task AddAsync(Shop shop, string code)
    {
        await using ShopContext context = shop.Context();
        context.Add(new Item { Code = code });
        await context.SaveChangesAsync(TestContext.Current.CancellationToken);
    }
}
