using DbBreaker.TestKit.Tds;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.SqlServer.Storage.Internal;

namespace DbBreaker.SqlClient.Tests;

/// <summary>EF Core's SQL Server provider, with its real detector of transient errors.</summary>
public sealed class EntityFrameworkTests : IDisposable
{
    private readonly TdsServer _server = new();

    public void Dispose() => _server.Dispose();

    [Theory, InlineData(false), InlineData(true)]
    public async Task The_provider_queries_and_saves_through_the_small_server(bool async)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        _server.Answer = text =>
            text.StartsWith("SELECT", StringComparison.Ordinal)
                ? TdsReply.Rows(["Id", "Name"], [1, "first"], [2, null])
            : text.Contains("INSERT", StringComparison.Ordinal) ? TdsReply.Scalar(7)
            : TdsReply.Done;
        await using Shelf shelf = new(_server.ConnectionString);
        List<Book> books = async ? await shelf.Books.ToListAsync(token) : [.. shelf.Books];
        Assert.Equal([(1, "first"), (2, null)], books.Select(book => (book.Id, book.Name)));

        Book added = new() { Name = "added" };
        shelf.Add(added);
        if (async) await shelf.SaveChangesAsync(token);
        else shelf.SaveChanges();
        Assert.Equal(7, added.Id);
    }

    public static TheoryData<DbGuardException> Rejections { get; } =
    [
        new DbCircuitOpenException("open", "orders", TimeSpan.FromSeconds(1), new TimeoutException("transient")),
        new DbPoolSaturatedException("full", "orders", TimeSpan.FromSeconds(1), null),
    ];

    [Theory, MemberData(nameof(Rejections), DisableDiscoveryEnumeration = true)]
    public async Task EnableRetryOnFailure_neither_retries_nor_wraps_a_rejection(DbGuardException rejection)
    {
#pragma warning disable EF1001 // The detector is what this test is about.
        Assert.False(SqlServerTransientExceptionDetector.ShouldRetryOn(rejection));
#pragma warning restore EF1001
        foreach (bool retry in (bool[])[true, false])
        {
            Rejecter rejecter = new(rejection);
            await using Shelf shelf = new(_server.ConnectionString, retry, rejecter);
            Exception? sync = Record.Exception(() => shelf.Books.ToList());
            Assert.Same(rejection, sync);
            Assert.Equal(1, rejecter.Calls);
            Exception? async = await Record.ExceptionAsync(
                () => shelf.Books.ToListAsync(TestContext.Current.CancellationToken));
            Assert.Same(rejection, async);
            Assert.Equal(2, rejecter.Calls);
        }
    }

    [Fact]
    public async Task The_same_strategy_does_retry_what_the_server_calls_transient()
    {
        _server.Login = TdsReply.Error(40613, 14);
        await using Shelf shelf = new(_server.ConnectionString + ";PoolBlockingPeriod=NeverBlock", retry: true);
        await Assert.ThrowsAsync<Microsoft.EntityFrameworkCore.Storage.RetryLimitExceededException>(
            () => shelf.Books.ToListAsync(TestContext.Current.CancellationToken));
        Assert.Equal(3, _server.Logins);
    }

    private sealed class Rejecter(DbGuardException rejection) : DbConnectionInterceptor
    {
        public int Calls { get; private set; }

        public override InterceptionResult ConnectionOpening(
            System.Data.Common.DbConnection connection, ConnectionEventData eventData, InterceptionResult result)
        {
            Calls++;
            throw rejection;
        }

        public override ValueTask<InterceptionResult> ConnectionOpeningAsync(
            System.Data.Common.DbConnection connection, ConnectionEventData eventData, InterceptionResult result,
            CancellationToken cancellationToken = default)
        {
            Calls++;
            throw rejection;
        }
    }

    private sealed class Book
    {
        public int Id { get; set; }

        public string? Name { get; set; }
    }

    private sealed class Shelf(string connectionString, bool retry = false, params IInterceptor[] interceptors)
        : DbContext
    {
        public DbSet<Book> Books => Set<Book>();

        protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) => optionsBuilder
            .UseSqlServer(connectionString, server =>
            {
                if (retry) server.EnableRetryOnFailure(2, TimeSpan.FromMilliseconds(20), null);
            })
            .AddInterceptors(interceptors);
    }
}
