using Microsoft.Extensions.Caching.Distributed;

namespace DbBreaker.Fallback.Cache.Stores;

/// <summary>Entries in an <see cref="IDistributedCache"/>, Redis for example.</summary>
internal sealed class DistributedStore(IDistributedCache cache) : CacheStore
{
    public override object Target => cache;

    public override Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken) =>
        cache.GetAsync(key, cancellationToken);

    public override Task SetAsync(string key, byte[] entry, TimeSpan lifetime, CancellationToken cancellationToken) =>
        cache.SetAsync(
            key, entry, new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = lifetime },
                cancellationToken);
}
