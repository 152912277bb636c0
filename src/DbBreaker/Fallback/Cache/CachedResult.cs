namespace DbBreaker.Fallback.Cache;

/// <summary>One result set: its columns and its rows. Read-only once made.</summary>
internal sealed record CachedResult(CachedColumn[] Columns, List<object[]> Rows);
