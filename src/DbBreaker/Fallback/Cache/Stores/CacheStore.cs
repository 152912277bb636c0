namespace DbBreaker.Fallback.Cache.Stores;

/// <summary>A cache that belongs to the application: it may be far away, slow, full or broken. Safe for concurrent use.
/// </summary>
internal abstract class CacheStore
{
    /// <summary>What tells two stores apart: the application's own object.</summary>
    public abstract object Target { get; }

    public abstract Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken);

    public abstract Task SetAsync(string key, byte[] entry, TimeSpan lifetime, CancellationToken cancellationToken);

    /// <summary>The cache that a container has: <c>HybridCache</c>, else <c>IDistributedCache</c>, else null.</summary>
    public static CacheStore? From(IServiceProvider services) =>
        services.GetService(typeof(Microsoft.Extensions.Caching.Hybrid.HybridCache))
            is Microsoft.Extensions.Caching.Hybrid.HybridCache hybrid
            ? new HybridStore(hybrid)
            : services.GetService(typeof(Microsoft.Extensions.Caching.Distributed.IDistributedCache))
                is Microsoft.Extensions.Caching.Distributed.IDistributedCache distributed
                ? new DistributedStore(distributed)
                : null;
}
