namespace DbBreaker.Fallback.Cache;

/// <summary>What a reader tells of a column.</summary>
internal sealed record CachedColumn(string Name, string DataTypeName, Type FieldType);
