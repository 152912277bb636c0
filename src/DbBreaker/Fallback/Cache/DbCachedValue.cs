namespace DbBreaker;

/// <summary>A driver's own value, taken apart into values that every process can store. Immutable.</summary>
/// <param name="Type">One of the names in the adapter's <see cref="DbProviderAdapter.CachedTypes"/>.</param>
/// <param name="Parts">Up to 127 values: numbers, texts, dates, <c>byte[]</c> and the like, or null.</param>
public sealed record DbCachedValue(string Type, IReadOnlyList<object?> Parts);
