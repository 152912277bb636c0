using System.Data;
using DbBreaker.TestKit;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace DbBreaker.EntityFrameworkCore.Tests;

/// <summary>Permits and evidence from openings and closes, those included that EF Core does not tell.</summary>
public sealed class ConnectionTests(PostgresShop postgres) : IClassFixture<PostgresShop>
{
    [Theory, InlineData(false), InlineData(true)]
    public async Task A_query_holds_a_permit_while_its_connection_is_open_and_counts_as_one_success(bool async)
    {
        Shop shop = Shop.On(postgres.ConnectionString);
        using ShopContext context = shop.Context();

        await context.Items.Rows(async);

        shop.AssertEvidence(operations: 1, failures: 0);
        await context.Database.Open(async);
        Assert.Equal(1, shop.Now.PermitsInUse);
        await context.Database.Close(async);
        shop.AssertEvidence(operations: 1, failures: 0);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Opening_from_a_warm_pool_proves_nothing(bool async)
    {
        Shop shop = Shop.On(postgres.ConnectionString);
        using ShopContext context = shop.Context();

        for (int i = 0; i < 3; i++)
        {
            await context.Database.Open(async);
            await context.Database.Close(async);
        }

        shop.AssertEvidence(operations: 0, failures: 0);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_connection_that_breaks_gives_its_permit_back_although_EF_skips_closing_events(bool async)
    {
        Shop shop = Shop.On(postgres.Named(out string name));
        using ShopContext context = shop.Context();
        await context.Database.Open(async);
        await postgres.Server.TerminateBackendsAsync(name, TestContext.Current.CancellationToken);

        await Assert.ThrowsAnyAsync<Exception>(() => context.Items.Rows(async));

        Assert.Equal(ConnectionState.Closed, context.Database.GetDbConnection().State);
        shop.AssertEvidence(operations: 1, failures: 1);
        await context.Items.Rows(async);
        Assert.Equal(1, shop.Now.PermitsInUse); // EF Core opened it again for the caller's OpenConnection.
        await context.Database.Close(async);
        shop.AssertEvidence(operations: 2, failures: 1);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_context_disposed_with_its_connection_open_gives_the_permit_back_and_is_no_failure(bool async)
    {
        Shop shop = Shop.On(postgres.ConnectionString);
        ShopContext context = shop.Context();
        await context.Database.Open(async);
        await context.Items.Rows(async);

        await context.Dispose(async);

        shop.AssertEvidence(operations: 1, failures: 0);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_context_disposed_within_a_transaction_on_an_open_connection_is_no_failure(bool async)
    {
        Shop shop = Shop.On(postgres.ConnectionString);
        ShopContext context = shop.Context();
        await context.Database.Open(async);
        (await context.Database.Begin(async)).Dispose();

        await context.Dispose(async);

        shop.AssertEvidence(operations: 0, failures: 0);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_refused_open_counts_once_and_frees_its_permit(bool async)
    {
        await using FaultProxy proxy = postgres.StartProxy(out string connectionString);
        proxy.RefuseNew();
        Shop shop = Shop.On(connectionString);
        using ShopContext context = shop.Context();

        await Assert.ThrowsAnyAsync<Exception>(() => context.Items.Rows(async));

        shop.AssertEvidence(operations: 1, failures: 1);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_refused_open_within_SaveChanges_counts_once_whichever_hooks_see_it(bool async)
    {
        await using FaultProxy proxy = postgres.StartProxy(out string connectionString);
        proxy.RefuseNew();
        Shop shop = Shop.On(connectionString);
        using ShopContext context = shop.Context();
        context.Add(new Item { Code = Guid.NewGuid().ToString() });

        await Assert.ThrowsAnyAsync<Exception>(() => context.Save(async));

        shop.AssertEvidence(operations: 1, failures: 1);
    }

    [Fact]
    public async Task A_cancelled_open_frees_its_permit_and_is_no_evidence()
    {
        Shop shop = Shop.On(postgres.ConnectionString + ";Maximum Pool Size=1;Application Name=cancelled-open");
        using ShopContext holder = shop.Context();
        var plain = new NpgsqlConnection(
            postgres.ConnectionString + ";Maximum Pool Size=1;Application Name=cancelled-open");
        await plain.OpenAsync(TestContext.Current.CancellationToken);
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => holder.Database.OpenConnectionAsync(patience.Token));

        shop.AssertEvidence(operations: 0, failures: 0);
        await plain.DisposeAsync();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task CanConnect_and_EnsureCreated_work_and_count(bool async)
    {
        await using FaultProxy proxy = postgres.StartProxy(out string connectionString);
        Shop shop = Shop.On(connectionString);
        using ShopContext context = shop.Context();

        Assert.True(await context.Database.CanConnect(async));
        Assert.False(async ? await context.Database.EnsureCreatedAsync(TestContext.Current.CancellationToken)
            : context.Database.EnsureCreated());
        proxy.RefuseNew();
        proxy.ResetAll();
        NpgsqlConnection.ClearAllPools();
        Assert.False(await context.Database.CanConnect(async));

        Assert.True(shop.Now.Failures >= 1);
        shop.AssertNoPermitLeft();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_missing_database_is_created_and_migrated_through_the_guard(bool async)
    {
        var builder = new NpgsqlConnectionStringBuilder(postgres.ConnectionString)
        {
            Database = $"missing_{Guid.NewGuid():N}",
        };
        Shop shop = Shop.On(builder.ConnectionString, options => options.AddCircuitBreaker("shop"));
        using ShopContext context = shop.Context();

        Assert.True(async ? await context.Database.EnsureCreatedAsync(TestContext.Current.CancellationToken)
            : context.Database.EnsureCreated());
        await context.Items.Rows(async);
        if (async) await context.Database.MigrateAsync(TestContext.Current.CancellationToken);
        else context.Database.Migrate();
        Assert.True(async ? await context.Database.EnsureDeletedAsync(TestContext.Current.CancellationToken)
            : context.Database.EnsureDeleted());

        Assert.Equal(0, shop.Now.Failures);
        shop.AssertNoPermitLeft();
    }
}
