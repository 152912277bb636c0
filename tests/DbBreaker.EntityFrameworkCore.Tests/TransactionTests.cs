using System.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace DbBreaker.EntityFrameworkCore.Tests;

/// <summary>Nothing inside a transaction is rejected, and its end is evidence.</summary>
public sealed class TransactionTests(PostgresShop postgres) : IClassFixture<PostgresShop>
{
    [Theory, InlineData(false), InlineData(true)]
    public async Task Everything_inside_a_transaction_passes_while_the_circuit_is_isolated(bool async)
    {
        Shop shop = Shop.On(postgres.ConnectionString);
        using ShopContext context = shop.Context();
        using IDbContextTransaction transaction = await context.Database.Begin(async);
        context.Add(New());
        await context.Save(async);
        shop.Guard.Isolate("test");

        await context.Items.Rows(async);
        context.Add(New());
        await context.Save(async); // EF Core makes a savepoint first.
        await transaction.Commit(async);

        Assert.Equal(0, shop.Now.RejectedOpen);
        shop.AssertNoPermitLeft();
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => context.Items.Rows(async));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_rollback_passes_while_the_circuit_is_isolated(bool async)
    {
        Shop shop = Shop.On(postgres.ConnectionString);
        using ShopContext context = shop.Context();
        using IDbContextTransaction transaction = await context.Database.Begin(async);
        await context.Items.Rows(async);
        shop.Guard.Isolate("test");

        if (async) await transaction.RollbackAsync(TestContext.Current.CancellationToken);
        else transaction.Rollback();

        shop.AssertNoPermitLeft();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_commit_on_a_dead_connection_is_a_failure_and_frees_the_permit(bool async)
    {
        Shop shop = Shop.On(postgres.Named(out string name));
        using ShopContext context = shop.Context();
        using IDbContextTransaction transaction = await context.Database.Begin(async);
        await context.Items.Rows(async);
        await postgres.Server.TerminateBackendsAsync(name, TestContext.Current.CancellationToken);

        await Assert.ThrowsAnyAsync<Exception>(() => transaction.Commit(async));

        shop.AssertEvidence(operations: 2, failures: 1);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task After_a_transaction_was_disposed_without_an_end_its_open_connection_is_gated_again(bool async)
    {
        Shop shop = Shop.On(postgres.ConnectionString);
        using ShopContext context = shop.Context();
        await context.Database.Open(async);
        (await context.Database.Begin(async)).Dispose();
        shop.Guard.Isolate("test");

        await Assert.ThrowsAsync<DbCircuitOpenException>(() => context.Items.Rows(async));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_transaction_that_begins_on_an_idle_open_connection_is_rejected(bool async)
    {
        Shop shop = Shop.On(postgres.ConnectionString);
        using ShopContext context = shop.Context();
        await context.Database.Open(async);
        shop.Guard.Isolate("test");

        await Assert.ThrowsAsync<DbCircuitOpenException>(() => context.Database.Begin(async));

        Assert.Null(context.Database.CurrentTransaction);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_foreign_transaction_that_the_context_uses_is_one(bool async)
    {
        Shop shop = Shop.On(postgres.ConnectionString);
        using ShopContext owner = shop.Context();
        using IDbContextTransaction transaction = await owner.Database.Begin(async);
        await owner.Items.Rows(async);
        using var other = new ShopContext(
            new DbContextOptionsBuilder<ShopContext>().UseApplicationServiceProvider(shop.Services)
                .UseNpgsql(owner.Database.GetDbConnection()).AddCircuitBreaker().Options);
        other.Database.UseTransaction(transaction.GetDbTransaction());
        shop.Guard.Isolate("test");

        await other.Items.Rows(async);

        await transaction.Commit(async);
        shop.AssertNoPermitLeft();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Work_within_an_ambient_transaction_that_began_passes_while_the_circuit_is_isolated(bool async)
    {
        Shop shop = Shop.On(postgres.ConnectionString);
        using ShopContext context = shop.Context();
        using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            context.Add(New());
            await context.Save(async);
            shop.Guard.Isolate("test");
            context.Add(New());
            await context.Save(async);
            scope.Complete();
        }

        shop.AssertNoPermitLeft();
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => context.Items.Rows(async));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task An_ambient_transaction_that_has_not_worked_yet_is_rejected(bool async)
    {
        Shop shop = Shop.On(postgres.ConnectionString);
        shop.Isolate();
        using ShopContext context = shop.Context();
        using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);

        await Assert.ThrowsAsync<DbCircuitOpenException>(() => context.Items.Rows(async));
    }

    private static Item New() => new() { Code = Guid.NewGuid().ToString() };
}
