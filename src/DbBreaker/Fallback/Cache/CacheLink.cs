namespace DbBreaker.Fallback.Cache;

/// <summary>The rows of an earlier answer, for reads that opted in.</summary>
internal sealed class CacheLink(FallbackCache cache) : FallbackLink
{
    private const string Name = "cache";

    public FallbackCache Cache => cache;

    public override async ValueTask<FallbackAnswer?> AnswerAsync(
        DbFallbackCall call, bool async, CancellationToken cancellationToken)
    {
        if (call.Cached is not { } read) return Decline(call, "was not asked, the read did not opt in");
        if (read.Key is not { } key) return Decline(call, $"cannot hold it: {read.Problem}");
        byte[]? bytes;
        try
        {
            bytes = async ? await cache.GetAsync(key, cancellationToken).ConfigureAwait(false) : cache.Get(key);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            call.Decline(
                Name, exception is TimeoutException
                    ? "did not answer in time" : $"threw {exception.GetType().Name}", exception);
            return null;
        }

        if (bytes is null) return Decline(call, "has no rows of it");
        if (EntryFormat.TryRead(bytes, key, cache.Codec) is not { } entry)
            return Decline(call, "has an entry that is damaged or of another version");
        TimeSpan age = cache.Time.GetUtcNow() - entry.Time.ReadAt;
        // Another machine's clock may be ahead, but not by more than the rows may be old.
        if (age > read.MaxAge || -age > read.MaxAge)
            return Decline(call,
                $"has rows that are {age.TotalSeconds:0.#} s old; {read.MaxAge.TotalSeconds:0.#} s are allowed");
        TimeSpan? known = entry.Time.LevelAt is null ? null : age > TimeSpan.Zero ? age : TimeSpan.Zero;
        return new FallbackAnswer(
            new CachedReader(entry, cache.Adapter), new DbReadOrigin(DbReadSource.Cache, Name, known));
    }

    private static FallbackAnswer? Decline(DbFallbackCall call, string why)
    {
        call.Decline(Name, why);
        return null;
    }
}
