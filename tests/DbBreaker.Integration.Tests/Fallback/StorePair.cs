using DbBreaker.TestKit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace DbBreaker.Integration.Tests.Fallback;

/// <summary>A primary with a small store in it and its streaming standby, for tests that hurt neither.</summary>
public sealed class StorePair : IAsyncLifetime
{
    private PostgresPair? _pair;

    public string Primary => _pair!.Primary.ConnectionString;

    public string Standby => _pair!.Standby.ConnectionString;

    /// <summary>The same rows on a server that takes writes: what a replica must not be, and may be.</summary>
    public string Writable { get; private set; } = "";

    public PostgresServer PrimaryServer => _pair!.Primary;

    public async ValueTask InitializeAsync()
    {
        _pair = await PostgresPair.StartAsync();
        await StoreContext.FillAsync(Primary);
        PostgresDatabase copy = await _pair.Primary.CreateDatabaseAsync();
        Writable = copy.ConnectionString;
        await StoreContext.FillAsync(Writable);
        await CatchUpAsync();
    }

    public ValueTask DisposeAsync() => _pair?.DisposeAsync() ?? default;

    /// <summary>Waits until the standby has replayed all that the primary has written.</summary>
    public async Task CatchUpAsync()
    {
        string written = await _pair!.Primary.ScalarAsync<string>("SELECT pg_current_wal_lsn()::text");
        await Eventually.BecomesTrueAsync(
            token => _pair.Standby.ScalarAsync<bool>($"SELECT pg_last_wal_replay_lsn() >= '{written}'", token),
            TimeSpan.FromSeconds(20), "the standby has caught up");
    }

    /// <summary>Guards in a registry of their own.</summary>
    internal static Store Guard(string primary, Action<DbGuardOptions> configure, bool retrying = false) =>
        new(primary, configure, retrying);
}

/// <summary>One guarded database, as ADO.NET and EF Core see it.</summary>
internal sealed class Store : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly DbContextOptions<StoreContext> _options;

    public Store(string primary, Action<DbGuardOptions> configure, bool retrying)
    {
        Registry.UseLogging(Emitted.Scan);
        _services = new ServiceCollection().AddSingleton(Registry).BuildServiceProvider();
        Source = new GuardedDbDataSource(
            NpgsqlDataSource.Create(primary), new DbBreaker.Data.GuardBinding(Registry, null, configure));
        var builder = new DbContextOptionsBuilder<StoreContext>();
        builder.UseApplicationServiceProvider(_services);
        builder.UseNpgsql(primary, npgsql =>
        {
            if (retrying) npgsql.EnableRetryOnFailure(3, TimeSpan.Zero, null);
        }).AddCircuitBreaker(configure);
        _options = builder.Options;
    }

    public DbGuardRegistry Registry { get; } = new();

    public GuardedDbDataSource Source { get; }

    public DbGuard Guard => Source.Guard;

    public StoreContext Context() => new(_options);

    public void AssertNothingHeld() =>
        Assert.All(Registry.Guards, static guard => Assert.Equal(0, guard.GetSnapshot().PermitsInUse));

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await _services.DisposeAsync();
    }
}
