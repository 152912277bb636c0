namespace DbBreaker;

/// <summary>A driver's own value, taken apart into values that every process can store. Immutable.</summary>
public sealed class DbCachedValue
{
    /// <summary>Takes what the adapter made of a value.</summary>
    /// <param name="type">One of the names in the adapter's <see cref="DbProviderAdapter.CachedTypes"/>.</param>
    /// <param name="parts">Up to 127 values: numbers, texts, dates, <c>byte[]</c> and the like, or null.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public DbCachedValue(string type, IReadOnlyList<object?> parts)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(parts);
        Type = type;
        Parts = parts;
    }

    /// <summary>Gets the name that the value's type is stored under.</summary>
    public string Type { get; }

    /// <summary>Gets the values that it consists of.</summary>
    public IReadOnlyList<object?> Parts { get; }
}
