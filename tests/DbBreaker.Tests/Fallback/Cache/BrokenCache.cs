using Microsoft.Extensions.Caching.Distributed;

namespace DbBreaker.Tests.Fallback.Cache;

/// <summary>A cache that a test breaks in the way it likes.</summary>
internal sealed class BrokenCache : IDistributedCache
{
    public Dictionary<string, byte[]> Entries { get; } = [];

    public int Writes { get; private set; }

    public Func<byte[]?, Task<byte[]?>> OnGet { get; set; } = Task.FromResult;

    public Func<Task> OnSet { get; set; } = static () => Task.CompletedTask;

    public byte[]? Get(string key) => throw new NotSupportedException("Nobody waits for this one.");

    public async Task<byte[]?> GetAsync(string key, CancellationToken token = default)
    {
        byte[]? entry;
        lock (Entries) entry = Entries.GetValueOrDefault(key);
        return await OnGet(entry);
    }

    public async Task SetAsync(
        string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        await OnSet();
        lock (Entries)
        {
            Entries[key] = value;
            Writes++;
        }
    }

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) =>
        throw new NotSupportedException();

    public void Refresh(string key) => throw new NotSupportedException();

    public Task RefreshAsync(string key, CancellationToken token = default) => throw new NotSupportedException();

    public void Remove(string key) => throw new NotSupportedException();

    public Task RemoveAsync(string key, CancellationToken token = default) => throw new NotSupportedException();
}
