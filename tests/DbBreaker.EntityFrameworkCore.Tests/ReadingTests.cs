using DbBreaker.TestKit;
using Microsoft.EntityFrameworkCore;

namespace DbBreaker.EntityFrameworkCore.Tests;

/// <summary>Failures after the first row: EF Core tells its interceptors of a success, and then nothing.</summary>
public sealed class ReadingTests(PostgresShop postgres) : IClassFixture<PostgresShop>
{
    private const int BytesBeforeTheReset = 100_000;
    private const int Rows = 20_000;

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_connection_lost_while_rows_are_read_is_a_failure_and_frees_the_permit(bool async)
    {
        await using FaultProxy proxy = postgres.StartProxy(out string connectionString);
        Shop shop = Shop.On(connectionString);
        using ShopContext context = shop.Context();
        await context.Database.Execute("SELECT 1", async);
        Task reset = proxy.ResetAfterBytes(BytesBeforeTheReset);

        await Assert.ThrowsAnyAsync<Exception>(() => LargeResult(context).Rows(async));

        await reset;
        shop.AssertEvidence(operations: 3, failures: 1);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_connection_lost_while_EF_buffers_for_a_retry_is_a_failure_and_the_retry_succeeds(bool async)
    {
        await using FaultProxy proxy = postgres.StartProxy(out string connectionString);
        Shop shop = Shop.Retrying(connectionString);
        using ShopContext context = shop.Context();
        await context.Database.Execute("SELECT 1", async);
        Task reset = proxy.ResetAfterBytes(BytesBeforeTheReset);

        Assert.Equal(Rows, (await LargeResult(context).Rows(async)).Count);

        await reset;
        shop.AssertEvidence(operations: 4, failures: 1);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_later_statement_of_a_batch_that_fails_reaches_the_guard_as_an_answer(bool async)
    {
        Shop shop = Shop.On(postgres.ConnectionString);
        using ShopContext context = shop.Context();
        string code = Guid.NewGuid().ToString();
        context.AddRange(Item(Guid.NewGuid().ToString()), Item(code), Item(code));

        await Assert.ThrowsAsync<DbUpdateException>(() => context.Save(async));

        Assert.Equal(0, shop.Now.Failures);
        Assert.True(shop.Now.Operations >= 2, "the executed batch, and the answer of its later statement");
        shop.AssertNoPermitLeft();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_session_that_ends_in_a_later_statement_of_a_batch_counts_as_one_failure(bool async)
    {
        Shop shop = Shop.On(postgres.ConnectionString);
        using ShopContext context = shop.Context();
        string table = $"ends_{Guid.NewGuid():N}";
        await context.Database.Execute(
            $"""
            CREATE FUNCTION {table}() RETURNS trigger LANGUAGE plpgsql AS
              'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END';
            CREATE TRIGGER {table} BEFORE INSERT ON "Items" FOR EACH ROW
              WHEN (NEW."Code" LIKE '{table}%') EXECUTE FUNCTION {table}();
            """,
            async);
        context.AddRange(Item(Guid.NewGuid().ToString()), Item(table));

        await Assert.ThrowsAnyAsync<Exception>(() => context.Save(async));

        Assert.Equal(1, shop.Now.Failures);
        shop.AssertNoPermitLeft();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_reader_left_before_its_end_is_no_failure(bool async)
    {
        Shop shop = Shop.On(postgres.ConnectionString);
        using ShopContext context = shop.Context();
        IQueryable<string> query = LargeResult(context);

        if (async)
        {
            await foreach (string _ in query.AsAsyncEnumerable()) break;
        }
        else
        {
            foreach (string _ in query) break;
        }

        shop.AssertEvidence(operations: 1, failures: 0);
    }

    private static Item Item(string code) => new() { Code = code };

    private static IQueryable<string> LargeResult(ShopContext context) =>
        context.Database.SqlQuery<string>(
            $"SELECT repeat('x', 100) AS \"Value\" FROM generate_series(1, {Rows})");
}
