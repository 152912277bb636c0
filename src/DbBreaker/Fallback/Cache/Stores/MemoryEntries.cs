using System.Diagnostics.CodeAnalysis;

namespace DbBreaker.Fallback.Cache.Stores;

/// <summary>
/// The default: entries in the process, bounded in bytes; what was stored longest ago gives way, because that is the
/// read that the application makes most rarely. Safe for concurrent use.
/// </summary>
internal sealed class MemoryEntries
{
    // An entry's key, nodes and the object headers, roughly; without it, empty results would be free.
    private const int Overhead = 320;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<(string Key, byte[] Entry, long ExpiresAt)>> _byKey = [];
    private readonly LinkedList<(string Key, byte[] Entry, long ExpiresAt)> _byAge = [];

    /// <summary>What the entries take, in bytes.</summary>
    public long Bytes { get; private set; }

    public int Count
    {
        get
        {
            lock (_lock) return _byKey.Count;
        }
    }

    /// <param name="key">The entry's.</param>
    /// <param name="now">In the clock's ticks.</param>
    /// <param name="entry">Not to be changed.</param>
    public bool TryGet(string key, long now, [NotNullWhen(true)] out byte[]? entry)
    {
        lock (_lock)
        {
            entry = _byKey.TryGetValue(key, out var node) && node.Value.ExpiresAt > now ? node.Value.Entry : null;
            return entry is not null;
        }
    }

    /// <summary>Keeps an entry in place of an earlier one, or what both make, as far as there is room for it.</summary>
    public void Set(
        string key, byte[] entry, long now, long expiresAt, long maxBytes, MergeEntries? merge = null)
    {
        lock (_lock)
        {
            if (_byKey.TryGetValue(key, out var known))
            {
                if (merge is not null && known.Value.ExpiresAt > now)
                    (entry, expiresAt) = (merge(known.Value.Entry), Math.Max(expiresAt, known.Value.ExpiresAt));
                Remove(known);
            }

            if (Size(entry) > maxBytes) return;
            _byKey[key] = _byAge.AddLast((key, entry, expiresAt));
            Bytes += Size(entry);
            while (_byAge.First is { } oldest && (Bytes > maxBytes || oldest.Value.ExpiresAt <= now)) Remove(oldest);
        }
    }

    private void Remove(LinkedListNode<(string Key, byte[] Entry, long ExpiresAt)> node)
    {
        _byKey.Remove(node.Value.Key);
        _byAge.Remove(node);
        Bytes -= Size(node.Value.Entry);
    }

    private static long Size(byte[] entry) => entry.Length + Overhead;
}
