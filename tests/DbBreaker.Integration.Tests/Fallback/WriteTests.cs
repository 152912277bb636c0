using System.Data;
using System.Data.Common;
using System.Transactions;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace DbBreaker.Integration.Tests.Fallback;

public sealed class WriteTests(StorePair pair) : IClassFixture<StorePair>
{
    private const string Insert = """INSERT INTO "Lines" ("OrderId", "Text") VALUES (1, 'sneaked in')""";

    public static IReadOnlyDictionary<string, string> Texts { get; } = new Dictionary<string, string>
    {
        ["insert returning"] = Insert + """ RETURNING "Id" """,
        ["insert in a query"] = $"""WITH added AS ({Insert} RETURNING "Id") SELECT * FROM added""",
        ["update returning"] = """UPDATE "Lines" SET "Text" = 'changed' RETURNING "Id" """,
        ["delete returning"] = """DELETE FROM "Lines" RETURNING "Id" """,
        ["a function that writes"] = "SELECT place_order()",
        ["a procedure that writes"] = "CALL place(1)",
        ["a sequence"] = "SELECT nextval('numbers')",
        ["rows locked for an update"] = """SELECT * FROM "Lines" FOR UPDATE""",
        ["a table of the session"] = "CREATE TEMP TABLE scratch AS SELECT 1 AS one",
    };

    internal static IReadOnlyDictionary<string, Func<StoreContext, bool, Task>> EfWrites { get; } =
        new Dictionary<string, Func<StoreContext, bool, Task>>
        {
            ["SaveChanges"] = async (db, async) =>
            {
                db.Add(Order.Number(21));
                _ = async ? await db.SaveChangesAsync() : db.SaveChanges();
            },
            ["a key from a sequence"] = async (db, async) =>
                _ = async ? await db.AddAsync(new Tally()) : db.Add(new Tally()),
            ["ExecuteUpdate"] = async (db, async) => _ = async
                ? await db.Lines.ExecuteUpdateAsync(set => set.SetProperty(l => l.Text, "changed"))
                : db.Lines.ExecuteUpdate(set => set.SetProperty(l => l.Text, "changed")),
            ["ExecuteDelete"] = async (db, async) =>
                _ = async ? await db.Lines.ExecuteDeleteAsync() : db.Lines.ExecuteDelete(),
            ["ExecuteSql"] = async (db, async) =>
                _ = async ? await db.Database.ExecuteSqlRawAsync(Insert) : db.Database.ExecuteSqlRaw(Insert),
            ["FromSql"] = async (db, async) =>
            {
                IQueryable<Line> rows = db.Lines.FromSqlRaw(Insert + " RETURNING *");
                _ = async ? await rows.ToListAsync() : rows.ToList();
            },
            ["SqlQuery of a sequence"] = async (db, async) =>
            {
                IQueryable<long> next = db.Database.SqlQuery<long>($"""SELECT nextval('numbers') AS "Value" """);
                _ = async ? await next.SingleAsync() : next.Single();
            },
            ["a transaction"] = async (db, async) =>
                _ = async ? await db.Database.BeginTransactionAsync() : db.Database.BeginTransaction(),
            ["a query in an ambient transaction"] = async (db, async) =>
            {
                using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
                _ = async ? await db.Lines.ToListAsync() : db.Lines.ToList();
            },
        };

    // A standby refuses by itself; a replica that takes writes must refuse because its sessions are read-only, whether
    // its connection string or a command makes them so.
    public static TheoryData<string, string, bool> TextCases => [.. from name in Texts.Keys
        from replica in (string[])["standby", "writable", "writable data source"]
        from async in (bool[])[false, true] select (name, replica, async)];

    public static TheoryData<string, bool, bool> EfCases => [.. from name in EfWrites.Keys
        from retrying in (bool[])[false, true] from async in (bool[])[false, true] select (name, retrying, async)];

    [Theory, MemberData(nameof(TextCases))]
    public async Task A_command_that_writes_gets_the_rejection(string name, string replica, bool async)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(pair.Writable);
        await using Store store = StorePair.Guard(pair.Primary, o =>
        {
            if (replica == "standby") o.FallbackToReplica(pair.Standby);
            else if (replica == "writable") o.FallbackToReplica(pair.Writable);
            else o.FallbackToReplica(source);
        });
        await using DbConnection connection = store.Source.CreateConnection();
        store.Guard.Isolate("the test");
        await connection.OpenAsync(Token);
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = Texts[name];

        var rejection = await Assert.ThrowsAsync<DbCircuitOpenException>(async () =>
        {
            await using DbDataReader reader = async ? await command.ExecuteReaderAsync(Token) : command.ExecuteReader();
        });

        Assert.Contains("It is no read", rejection.Message, StringComparison.Ordinal);
        Assert.Equal(store.Guard.Name, rejection.GuardName);
        Assert.Equal(40L, await CountAsync(pair.Writable));
        store.AssertNothingHeld();
    }

    [Theory, MemberData(nameof(EfCases))]
    public async Task EF_Core_gets_the_rejection_for_whatever_writes(string name, bool retrying, bool async)
    {
        await using Store store = StorePair.Guard(pair.Primary, o => o.FallbackToReplica(pair.Writable), retrying);
        await using StoreContext context = store.Context();
        context.Database.GetGuard().Isolate("the test");

        if (retrying && name == "a query in an ambient transaction")
            await Assert.ThrowsAsync<InvalidOperationException>(() => EfWrites[name](context, async));
        else await Assert.ThrowsAsync<DbCircuitOpenException>(() => EfWrites[name](context, async));

        context.ChangeTracker.Clear();
        Assert.Equal(40, await context.Lines.CountAsync(Token));
        context.Database.GetGuard().Reset();
        Assert.Equal(40, await context.Lines.CountAsync(Token));
        await context.DisposeAsync();
        store.AssertNothingHeld();
    }

    [Fact]
    public async Task A_write_after_a_read_in_one_text_is_refused_by_the_server_when_it_is_reached()
    {
        await using Store store = StorePair.Guard(pair.Primary, o => o.FallbackToReplica(pair.Writable));
        store.Guard.Isolate("the test");
        await using DbCommand command = store.Source.CreateCommand("SELECT 1; " + Insert);
        await using DbDataReader reader = await command.ExecuteReaderAsync(Token);
        Assert.True(await reader.ReadAsync(Token));
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => reader.NextResultAsync(Token));
        Assert.Equal("25006", refusal.SqlState);
        Assert.Equal(40L, await CountAsync(pair.Writable));
    }

    [Fact]
    public async Task A_transaction_that_runs_keeps_its_reads_on_the_primary()
    {
        await using Store store = StorePair.Guard(pair.Primary, o => o.FallbackToReplica(pair.Standby));
        using DbReadScope scope = DbReadScope.Begin();
        await using StoreContext context = store.Context();
        await using (var transaction = await context.Database.BeginTransactionAsync(Token))
        {
            context.Database.GetGuard().Isolate();
            Assert.Equal(20, await context.Orders.CountAsync(Token));
            await transaction.CommitAsync(Token);
        }

        Assert.Null(scope.Latest);
        Assert.Equal(20, await context.Orders.CountAsync(Token));
        Assert.Equal(DbReadSource.Replica, scope.Latest?.Source);
    }

    private static async Task<object?> CountAsync(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using DbCommand command =
            source.CreateCommand("""SELECT count(*) FROM "Lines" WHERE "Text" LIKE '% of %'""");
        return await command.ExecuteScalarAsync(Token);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
