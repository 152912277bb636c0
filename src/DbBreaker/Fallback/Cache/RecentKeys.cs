using DbBreaker.Fallback.Cache.Values;

namespace DbBreaker.Fallback.Cache;

/// <summary>
/// The keys of the reads that came last: an application asks the same few questions again and again, and hashing one
/// takes longer than recognizing it. Found by a checksum, and only given for the very same description. Bounded; safe
/// for concurrent use.
/// </summary>
internal sealed class RecentKeys
{
    private const int Places = 256, LongestDescription = 1024;

    // A place is replaced as a whole, so whoever reads one sees a description and the key that goes with it.
    private readonly Known?[] _known = new Known?[Places];

    public CacheKey Of(ReadOnlySpan<byte> description)
    {
        if (description.Length > LongestDescription) return CacheKey.Of(description);
        ref Known? place = ref _known[CacheWriter.Checksum(description) % Places];
        if (Volatile.Read(ref place) is { } known && description.SequenceEqual(known.Description)) return known.Key;
        CacheKey key = CacheKey.Of(description);
        Volatile.Write(ref place, new Known(description.ToArray(), key));
        return key;
    }

    private sealed record Known(byte[] Description, CacheKey Key);
}
