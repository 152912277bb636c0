using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace DbBreaker.EntityFrameworkCore.Tests;

/// <summary>EF Core on a SQLite file: somebody else's lock is no outage, and a file that is gone is one.</summary>
public sealed class SqliteFailureTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbbreaker").FullName;
    private readonly string _guard = $"file {Guid.NewGuid():N}";

    public SqliteFailureTests()
    {
        using var context = new ShopContext(
            new DbContextOptionsBuilder<ShopContext>().UseSqlite(ConnectionString + "Create").Options);
        context.Database.EnsureCreated();
    }

    private string File => Path.Combine(_folder, "shop.db");

    private string ConnectionString => $"Data Source={File};Pooling=False;Default Timeout=1;Mode=ReadWrite";

    private DbGuard Guard => DbGuardRegistry.Shared.Find(_guard)!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_locked_file_is_contention_and_opens_no_circuit(bool async)
    {
        await using var locker = new SqliteConnection(ConnectionString);
        locker.Open();
        await using (SqliteCommand begin = locker.CreateCommand())
        {
            begin.CommandText = "BEGIN EXCLUSIVE";
            begin.ExecuteNonQuery();
        }

        for (int i = 0; i < 4; i++)
        {
            await using ShopContext context = Context();
            context.Add(new Item { Code = $"{i}" });
            DbUpdateException refused = await Assert.ThrowsAsync<DbUpdateException>(async () =>
            {
                if (async) await context.SaveChangesAsync(Token);
                else context.SaveChanges();
            });
            Assert.Equal(5, Assert.IsType<SqliteException>(refused.InnerException).SqliteErrorCode);
        }

        DbGuardSnapshot now = Guard.GetSnapshot();
        Assert.Equal((CircuitState.Closed, 0L, 0L, 0), (now.State, now.Transitions, now.Failures, now.PermitsInUse));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_file_that_is_gone_opens_the_circuit_until_it_is_back(bool async)
    {
        Assert.Equal(0, await CountAsync(async));
        System.IO.File.Move(File, File + ".gone");
        await TestKit.Eventually.BecomesTrueAsync(
            async _ => await Record.ExceptionAsync(() => CountAsync(async)) is DbCircuitOpenException,
            TimeSpan.FromSeconds(60), "queries are rejected", cancellationToken: Token);

        System.IO.File.Move(File + ".gone", File);
        await TestKit.Eventually.BecomesTrueAsync(
            async _ => await CountAsync(async) == 0 && Guard.State is CircuitState.Closed,
            TimeSpan.FromSeconds(60), "the circuit closes", cancellationToken: Token);
    }

    private async Task<int> CountAsync(bool async)
    {
        await using ShopContext context = Context();
        return async ? await context.Items.CountAsync(Token) : context.Items.Count();
    }

    private ShopContext Context() => new(
        new DbContextOptionsBuilder<ShopContext>().UseSqlite(ConnectionString).AddCircuitBreaker(_guard).Options);
}
