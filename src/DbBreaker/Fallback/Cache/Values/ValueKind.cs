using System.Diagnostics.CodeAnalysis;

namespace DbBreaker.Fallback.Cache.Values;

/// <summary>One CLR type that rows consist of: its number in the stored form, how it is written and read, and the
/// collections it makes. Immutable.</summary>
internal abstract class ValueKind(byte tag, string name, Type type)
{
    public byte Tag => tag;

    /// <summary>The type's name in the stored form.</summary>
    public string Name => name;

    public Type Type => type;

    /// <summary>The type of an array of one dimension.</summary>
    public abstract Type ArrayType { get; }

    public abstract void Write(CacheWriter writer, object value);

    public abstract object Read(ref ByteSource source);

    /// <summary>An array of the type, or of its nullable form; null for a rank that is not supported.</summary>
    public abstract Array? NewArray(ReadOnlySpan<int> lengths, bool isNullable);

    /// <summary>Whether the array's elements are the nullable form of the type.</summary>
    public abstract bool IsNullableArray(Array array);

    /// <summary>The array as another collection that a driver would have filled from it.</summary>
    public abstract bool TryConvert(Array array, Type to, [NotNullWhen(true)] out object? converted);
}
