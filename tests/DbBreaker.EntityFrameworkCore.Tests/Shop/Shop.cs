using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DbBreaker.EntityFrameworkCore.Tests;

/// <summary>Contexts with a registry of their own, on a clock that stands still: a test counts only its own.</summary>
internal sealed class Shop
{
    private readonly ServiceProvider _services;

    public Shop(Action<DbContextOptionsBuilder> useProvider, Action<DbContextOptionsBuilder>? guard = null)
    {
        UseProvider = useProvider;
        AddGuard = guard ?? (options => options.AddCircuitBreaker());
        Registry.UseLogging(TestKit.Emitted.Scan);
        _services = new ServiceCollection().AddSingleton(Registry).BuildServiceProvider();
    }

    public DbGuardRegistry Registry { get; } = new(new FakeTimeProvider());

    public IServiceProvider Services => _services;

    public DbGuard Guard => Assert.Single(Registry.Guards);

    public DbGuardSnapshot Now => Guard.GetSnapshot();

    private Action<DbContextOptionsBuilder> UseProvider { get; }

    private Action<DbContextOptionsBuilder> AddGuard { get; }

    public static Shop On(string connectionString, Action<DbContextOptionsBuilder>? guard = null) =>
        new(options => options.UseNpgsql(connectionString), guard);

    public static Shop On(DbConnection connection) => new(options => options.UseNpgsql(connection));

    /// <summary>A shop whose provider retries, so that EF Core buffers its readers.</summary>
    public static Shop Retrying(string connectionString, int retries = 2) =>
        new(options => options.UseNpgsql(
            connectionString, npgsql => npgsql.EnableRetryOnFailure(retries, TimeSpan.Zero, null)));

    public static Shop OnSqlite(string connectionString) => new(options => options.UseSqlite(connectionString));

    public DbContextOptions<ShopContext> Options(Action<DbContextOptionsBuilder>? more = null)
    {
        var options = new DbContextOptionsBuilder<ShopContext>();
        options.UseApplicationServiceProvider(Services);
        UseProvider(options);
        AddGuard(options);
        more?.Invoke(options);
        return options.Options;
    }

    public ShopContext Context(Action<DbContextOptionsBuilder>? more = null) => new(Options(more));

    /// <summary>The guard, made and isolated before anything was opened.</summary>
    public DbGuard Isolate()
    {
        using ShopContext context = Context();
        DbGuard guard = context.Database.GetGuard();
        guard.Isolate("test");
        return guard;
    }

    public void AssertEvidence(int operations, int failures)
    {
        DbGuardSnapshot now = Now;
        Assert.Equal((operations, failures), (now.Operations, now.Failures));
        AssertNoPermitLeft();
    }

    public void AssertNoPermitLeft() => Assert.Equal(0, Now.PermitsInUse);
}
