using DbBreaker.TestKit.Tds;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;

namespace DbBreaker.SqlClient.Tests;

/// <summary>EF Core's SQL Server provider with <c>EnableRetryOnFailure</c>, guarded.</summary>
public sealed class GuardedContextTests : IDisposable
{
    private readonly TdsServer _server = new();
    private readonly string _name = $"context {Guid.NewGuid():N}";
    private int _asked;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private DbGuardSnapshot Now => DbGuardRegistry.Shared.Find(_name)!.GetSnapshot();

    public void Dispose() => _server.Dispose();

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_deadlock_is_retried_by_the_strategy_and_is_no_failure_to_the_guard(bool async)
    {
        _server.Answer = _ => Interlocked.Increment(ref _asked) <= 2
            ? TdsReply.Error(1205, 13)
            : TdsReply.Rows(["Id", "Name"], [1, "one"]);

        Assert.Equal(1, await CountAsync(async));
        Assert.Equal((0L, CircuitState.Closed, 0), (Now.Failures, Now.State, Now.PermitsInUse));
        Assert.Equal(3, _asked);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_server_that_fails_over_is_retried_and_counted(bool async)
    {
        _server.Answer = _ => Interlocked.Increment(ref _asked) == 1
            ? TdsReply.Error(40613, 16)
            : TdsReply.Rows(["Id", "Name"], [1, "one"]);

        Assert.Equal(1, await CountAsync(async));
        Assert.Equal((1L, 0), (Now.Failures, Now.PermitsInUse));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_rejection_is_neither_retried_nor_wrapped(bool async)
    {
        _server.Answer = _ => TdsReply.Rows(["Id", "Name"], [1, "one"]);
        await CountAsync(async);
        DbGuard guard = DbGuardRegistry.Shared.Find(_name)!;
        guard.Isolate("maintenance");
        int requests = _server.Requests.Count;
        long before = guard.GetSnapshot().RejectedOpen;
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => CountAsync(async));
        Assert.Equal((requests, before + 1), (_server.Requests.Count, guard.GetSnapshot().RejectedOpen));
        guard.Reset();
        Assert.Equal(1, await CountAsync(async));
    }

    [Fact]
    public void A_guarded_connection_is_refused_and_the_text_names_what_to_call()
    {
        using GuardedDbConnection guarded = new SqlConnection(_server.ConnectionString).WithCircuitBreaker();
        DbContextOptionsBuilder<Shelf> options = new DbContextOptionsBuilder<Shelf>().UseSqlServer(guarded);

        var refused = Assert.Throws<InvalidOperationException>(() => options.AddCircuitBreaker(_name));

        Assert.Contains("AddCircuitBreaker", refused.Message, StringComparison.Ordinal);
    }

    private async Task<int> CountAsync(bool async)
    {
        await using var context = new Shelf(new DbContextOptionsBuilder<Shelf>()
            .UseSqlServer(
                _server.ConnectionString, server => server.EnableRetryOnFailure(3, TimeSpan.FromSeconds(2), null))
            .AddCircuitBreaker(_name).Options);
        return async ? (await context.Books.ToListAsync(Token)).Count : context.Books.ToList().Count;
    }

    private sealed class Book
    {
        public int Id { get; set; }

        public string? Name { get; set; }
    }

    private sealed class Shelf(DbContextOptions<Shelf> options) : DbContext(options)
    {
        public DbSet<Book> Books => Set<Book>();
    }
}
