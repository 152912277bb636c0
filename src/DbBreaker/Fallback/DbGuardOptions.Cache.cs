using DbBreaker.Fallback.Cache.Stores;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;

namespace DbBreaker;

// Rows of earlier answers, for reads that opt in.
public sealed partial class DbGuardOptions
{
    /// <summary>Gets or sets for how long after a write the reads of the same flow are kept from replicas and cached
    /// rows, which may not have it yet: they wait for the primary while it recovers, and are rejected while it is gone.
    /// The flow is the connection (the context, in EF Core) and, if there is one, the <see cref="DbReadScope"/>. Null
    /// for never.
    /// </summary>
    /// <value>The default value is null. From 1 millisecond to 1 hour.</value>
    public TimeSpan? ReadYourWrites { get; set; }

    internal DbFallbackCacheOptions? Cache { get; private set; }

    internal CacheStore? CacheStore { get; private set; }

    /// <summary>
    /// Reads that opt in (<c>WithFallbackCache</c> on a query or a command, or a <see cref="DbReadScope"/>) are
    /// answered with their last rows while neither the primary nor a replica can. The rows are kept in the container's
    /// <see cref="HybridCache"/>, else its <see cref="IDistributedCache"/>, else in the memory of the process.
    /// </summary>
    /// <param name="configure">Sets bounds and scope.</param>
    /// <returns>The same options.</returns>
    public DbGuardOptions FallbackToCache(Action<DbFallbackCacheOptions>? configure = null) =>
        UseCache(null, configure);

    /// <summary>As without a cache, with one of the application's.</summary>
    /// <param name="cache">Where the rows are kept, Redis for example. It may fail or hang; the read then goes
    /// on.</param>
    /// <param name="configure">Sets bounds and scope.</param>
    /// <returns>The same options.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="cache"/> is null.</exception>
    public DbGuardOptions FallbackToCache(IDistributedCache cache, Action<DbFallbackCacheOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(cache);
        return UseCache(new DistributedStore(cache), configure);
    }

    /// <inheritdoc cref="FallbackToCache(IDistributedCache, Action{DbFallbackCacheOptions}?)"/>
    public DbGuardOptions FallbackToCache(HybridCache cache, Action<DbFallbackCacheOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(cache);
        return UseCache(new HybridStore(cache), configure);
    }

    private bool HasSameCache(DbGuardOptions other) =>
        ReferenceEquals(CacheStore?.Target, other.CacheStore?.Target)
        && (Cache is null ? other.Cache is null : other.Cache is { } others && Cache.IsSame(others));

    private void FillCache(DbGuardOptions below)
    {
        if (Cache is not null) return;
        Cache = below.Cache;
        CacheStore = below.CacheStore;
    }

    private DbGuardOptions UseCache(CacheStore? store, Action<DbFallbackCacheOptions>? configure)
    {
        DbFallbackCacheOptions settings = Cache?.Clone() ?? new DbFallbackCacheOptions();
        configure?.Invoke(settings);
        Cache = settings;
        CacheStore = store ?? CacheStore;
        return this;
    }
}
