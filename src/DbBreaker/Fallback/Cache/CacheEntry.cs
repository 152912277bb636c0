namespace DbBreaker.Fallback.Cache;

/// <summary>What was stored: the rows of a query and when they were read. Read-only once made, so that any number of
/// readers may share it.</summary>
internal sealed record CacheEntry(DateTimeOffset ReadAt, List<CachedResult> Results);
