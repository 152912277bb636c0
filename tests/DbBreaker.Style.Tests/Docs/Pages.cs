using System.Data.Common;
using DbBreaker;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

// What the pages take for granted: a reader's own application. A block of C# on a page compiles as the body of a
// method, or as members, of a class derived from Page; a page that means something else by a word has its own class.
namespace DbBreaker.Style.Tests.Docs;

/// <summary>The names that every page may use.</summary>
public abstract class Page
{
    protected string connectionString => "";

    protected string primary => "";

    protected string replica => "";

    protected string first => "";

    protected string second => "";

    protected string tenant => "";

    protected CancellationToken cancellationToken => default;

    protected IServiceCollection services => null!;

    protected IServiceProvider internalServices => null!;

    protected DbContextOptionsBuilder options => null!;

    protected WebApplicationBuilder builder => null!;

    protected WebApplication app => null!;

    protected ILogger logger => null!;

    protected ILoggerFactory loggerFactory => null!;

    protected ShopContext context => null!;

    protected DbGuardOptions guard => null!;

    protected NpgsqlDataSource npgsqlDataSource => null!;

    protected static void SetTenant(DbConnection connection, string tenant) => throw new NotSupportedException();

    protected static DbDataReader LastKnownRows(string sql) => throw new NotSupportedException();
}

/// <summary>docs/drivers.md has a connection and a transaction, and a profiler of the reader's own.</summary>
public abstract class DriversPage : Page
{
    protected GuardedDbConnection connection => null!;

    protected DbTransaction transaction => null!;

    protected static DbConnection Profile(DbConnection connection) => throw new NotSupportedException();
}

/// <summary>A reader's context.</summary>
public sealed class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
{
    /// <summary>Gets its orders.</summary>
    public DbSet<Order> Orders => Set<Order>();
}

/// <summary>A reader's context on another page.</summary>
public sealed class Shop(DbContextOptions<Shop> options) : DbContext(options);

/// <summary>A reader's entity.</summary>
public sealed class Order
{
    /// <summary>Gets its key.</summary>
    public int Id { get; init; }
}
