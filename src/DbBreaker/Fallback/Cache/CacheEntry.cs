namespace DbBreaker.Fallback.Cache;

/// <summary>What was stored: the rows of a query and their time. Read-only once made, so that any number of
/// readers may share it.</summary>
internal sealed record CacheEntry(EntryTime Time, List<CachedResult> Results);
