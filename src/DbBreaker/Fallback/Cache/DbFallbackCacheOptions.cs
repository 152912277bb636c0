using D = DbBreaker.DbGuardDefaults;

namespace DbBreaker;

/// <summary>How rows are kept for an outage, see
/// <see cref="DbGuardOptions.FallbackToCache(Action{DbFallbackCacheOptions}?)"/>.
/// Read when the guard is made; not safe for concurrent writes.</summary>
public sealed class DbFallbackCacheOptions
{
    /// <summary>Gets or sets the largest entry in bytes. The rows of a query that takes more are not kept.</summary>
    /// <value>The default value is 1 MiB. From 1 KiB to 64 MiB.</value>
    public int MaxEntryBytes { get; set; } = D.CacheEntryBytes;

    /// <summary>Gets or sets the most rows of an entry. A query that gives more is not kept.</summary>
    /// <value>The default value is 10,000. From 1 to 1,000,000.</value>
    public int MaxEntryRows { get; set; } = D.CacheEntryRows;

    /// <summary>Gets or sets what the guard's own memory may hold, in bytes; what was read longest ago gives way. A
    /// cache of the application's has its own bound.</summary>
    /// <value>The default value is 64 MiB. From 1 KiB to 2 GiB.</value>
    public long MaxTotalBytes { get; set; } = D.CacheTotalBytes;

    /// <summary>Gets or sets how long a cache of the application's may take to answer; to store, which nobody waits
    /// for, ten times that. A slower one is left out, and left alone for a second.</summary>
    /// <value>The default value is 500 milliseconds. From 1 millisecond to 1 minute.</value>
    public TimeSpan StoreTimeout { get; set; } = TimeSpan.FromMilliseconds(D.CacheStoreTimeoutMs);

    /// <summary>Gets or sets for how long the same read is not recorded again after it was. Zero records each
    /// one.</summary>
    /// <value>The default value is zero. From 0 to 1 day.</value>
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.Zero;

    /// <summary>Gets or sets who may see the rows of the read that runs now: a tenant, a user. Rows are only given to
    /// reads of the same scope. Called for each read that is kept or answered, by many threads at once; what it throws
    /// keeps the read out of the cache.</summary>
    /// <value>The default value is null: whoever asks the same question may have the same answer.</value>
    public Func<string?>? Scope { get; set; }

    internal IEnumerable<string> Problems()
    {
        string?[] found =
        [
            Within(nameof(MaxEntryBytes), MaxEntryBytes, D.MinCacheEntryBytes, D.MaxCacheEntryBytes),
            Within(nameof(MaxEntryRows), MaxEntryRows, D.MinCacheEntryRows, D.MaxCacheEntryRows),
            Within(nameof(MaxTotalBytes), MaxTotalBytes, D.MinCacheTotalBytes, D.MaxCacheTotalBytes),
            Within(nameof(StoreTimeout), StoreTimeout, D.MinCacheStoreTimeoutMs, D.MaxCacheStoreTimeoutMs),
            Within(nameof(RefreshInterval), RefreshInterval, 0, D.MaxCacheRefreshIntervalMs),
        ];
        return found.OfType<string>().Select(static p => $"FallbackToCache: {p}");
    }

    internal DbFallbackCacheOptions Clone() => (DbFallbackCacheOptions)MemberwiseClone();

    internal bool IsSame(DbFallbackCacheOptions other) =>
        MaxEntryBytes == other.MaxEntryBytes && MaxEntryRows == other.MaxEntryRows
            && MaxTotalBytes == other.MaxTotalBytes
        && StoreTimeout == other.StoreTimeout && RefreshInterval == other.RefreshInterval && Scope == other.Scope;

    private static string? Within(string name, long value, long min, long max) =>
        value >= min && value <= max ? null : $"{name} is {value}; accepted is {min} to {max:#,0}.";

    private static string? Within(string name, TimeSpan value, int minMs, int maxMs)
    {
        TimeSpan min = TimeSpan.FromMilliseconds(minMs), max = TimeSpan.FromMilliseconds(maxMs);
        return value >= min && value <= max ? null : $"{name} is {value}; accepted is {min} to {max}.";
    }
}
