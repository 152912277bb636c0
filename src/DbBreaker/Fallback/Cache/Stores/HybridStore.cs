using Microsoft.Extensions.Caching.Hybrid;

namespace DbBreaker.Fallback.Cache.Stores;

/// <summary>Entries in a <see cref="HybridCache"/>: memory first, and what stands behind it.</summary>
internal sealed class HybridStore(HybridCache cache) : CacheStore
{
    // It has no plain "get": this asks the cache alone and makes and stores nothing on a miss.
    private static readonly HybridCacheEntryOptions _readOnly = new()
    {
        Flags = HybridCacheEntryFlags.DisableUnderlyingData | HybridCacheEntryFlags.DisableLocalCacheWrite
            | HybridCacheEntryFlags.DisableDistributedCacheWrite,
    };

    public override object Target => cache;

    public override Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken) => cache.GetOrCreateAsync(
        key, static _ =>
            new ValueTask<byte[]?>((byte[]?)null), _readOnly, cancellationToken: cancellationToken).AsTask();

    public override Task SetAsync(string key, byte[] entry, TimeSpan lifetime, CancellationToken cancellationToken) =>
        cache.SetAsync(
            key,
            entry,
            new HybridCacheEntryOptions { Expiration = lifetime, LocalCacheExpiration = lifetime },
            cancellationToken: cancellationToken).AsTask();
}
