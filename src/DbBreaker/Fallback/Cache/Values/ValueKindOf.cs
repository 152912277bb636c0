using System.Diagnostics.CodeAnalysis;

namespace DbBreaker.Fallback.Cache.Values;

/// <summary>Reads one value from stored bytes.</summary>
internal delegate T ReadValue<out T>(ref ByteSource source);

/// <summary>What kinds of value types and of reference types share.</summary>
internal abstract class ValueKind<T>(byte tag, string name, Action<CacheWriter, T> write, ReadValue<T> read)
    : ValueKind(tag, name, typeof(T))
    where T : notnull
{
    public override Type ArrayType => typeof(T[]);

    public override void Write(CacheWriter writer, object value) => write(writer, (T)value);

    public override object Read(ref ByteSource source) => read(ref source);

    protected static Array? New<TElement>(ReadOnlySpan<int> lengths) => lengths.Length switch
    {
        1 => new TElement[lengths[0]],
        2 => new TElement[lengths[0], lengths[1]],
        3 => new TElement[lengths[0], lengths[1], lengths[2]],
        4 => new TElement[lengths[0], lengths[1], lengths[2], lengths[3]],
        _ => null,
    };

    protected static bool Fill<TElement>(TElement[] array, Type to, [NotNullWhen(true)] out object? converted)
    {
        converted = to == typeof(List<TElement>) ? array.ToList()
            : to == typeof(HashSet<TElement>) ? array.ToHashSet()
            : to.IsInstanceOfType(array) ? array
            : null;
        return converted is not null;
    }
}

/// <summary>A kind of value types.</summary>
internal sealed class StructKind<T>(byte tag, string name, Action<CacheWriter, T> write, ReadValue<T> read)
    : ValueKind<T>(tag, name, write, read)
    where T : struct
{
    public override Array? NewArray(ReadOnlySpan<int> lengths, bool isNullable) =>
        isNullable ? New<T?>(lengths) : New<T>(lengths);

    public override bool IsNullableArray(Array array) => array.GetType().GetElementType() == typeof(T?);

    public override bool TryConvert(Array array, Type to, [NotNullWhen(true)] out object? converted)
    {
        converted = null;
        if (array is T[] plain && array.GetType() == typeof(T[]))
            return Fill(plain, to, out converted) || Fill(Array.ConvertAll(plain, static v =>
                (T?)v), to, out converted);
        return array is T?[] nullable
            && (Fill(nullable, to, out converted)
                || (Array.TrueForAll(nullable, static v => v is not null)
                    && Fill(Array.ConvertAll(nullable, static v => v!.Value), to, out converted)));
    }
}

/// <summary>A kind of reference types.</summary>
internal sealed class ClassKind<T>(byte tag, string name, Action<CacheWriter, T> write, ReadValue<T> read)
    : ValueKind<T>(tag, name, write, read)
    where T : class
{
    public override Array? NewArray(ReadOnlySpan<int> lengths, bool isNullable) => New<T?>(lengths);

    public override bool IsNullableArray(Array array) => false;

    public override bool TryConvert(Array array, Type to, [NotNullWhen(true)] out object? converted)
    {
        converted = null;
        return array is T[] plain && Fill(plain, to, out converted);
    }
}
