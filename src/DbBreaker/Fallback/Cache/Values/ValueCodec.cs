namespace DbBreaker.Fallback.Cache.Values;

/// <summary>
/// Values in their stored form: a tag, then what the tag's kind writes; arrays as their elements; a driver's own value
/// as its parts. Safe for concurrent use.
/// </summary>
internal sealed class ValueCodec(DbProviderAdapter adapter)
{
    public const byte Null = 0, Array = 200, Driver = 201, WithNulls = 202, Enum = 203, EnumArray = 204;

    private const int MaxDepth = 4, MaxParts = 127, MaxEmpty = 65_536;

    public DbProviderAdapter Adapter => adapter;

    /// <summary>Writes a value, or nothing and returns false when it cannot be restored as it is.</summary>
    public bool TryWrite(CacheWriter writer, object? value, int depth = 0)
    {
        int start = writer.Length;
        if (TryWriteAny(writer, value, depth)) return true;
        writer.Rewind(start);
        return false;
    }

    /// <summary>Reads a value; what cannot be one spoils the source.</summary>
    public object Read(ref ByteSource source, int depth = 0)
    {
        byte tag = source.Byte();
        if (ValueKinds.Tagged(tag) is { } kind) return kind.Read(ref source);
        switch (tag)
        {
            case Array when depth < MaxDepth: return ReadArray(ref source, depth);
            case WithNulls when depth == 0:
                if (Read(ref source, depth + 1) is Array array) return new ArrayWithNulls(array);
                source.Spoil();
                break;
            case Driver when depth < MaxDepth: return ReadDriverValue(ref source, depth);
            case Enum when depth == 0: return EnumCodec.ReadOne(ref source) ?? Spoiled(ref source);
            case EnumArray when depth == 0: return EnumCodec.ReadArray(ref source) ?? Spoiled(ref source);
            case Null: break;
            default:
                source.Spoil();
                break;
        }

        return DBNull.Value;
    }

    /// <summary>The stored name of a column's type, or null when it has none.</summary>
    public string? NameOf(Type type)
    {
        if (ValueKinds.Of(type) is { } kind) return kind.Name;
        if (type == typeof(Array)) return "array";
        if (type.IsEnum) return EnumKinds.Meet(type, adapter)?.Name;
        if (type.IsArray && type.GetElementType() is { } element && ValueKinds.Of(element) is { } each)
            return each.Name + "[" + new string(',', type.GetArrayRank() - 1) + "]";
        foreach ((string name, Type known) in adapter.CachedTypes)
        {
            if (known == type) return name;
        }

        return null;
    }

    public Type? TypeNamed(string name)
    {
        if (ValueKinds.Named(name) is { } kind) return kind.Type;
        if (name == "array") return typeof(Array);
        if (EnumKinds.Named(name) is { } mapped) return mapped.Type;
        if (adapter.CachedTypes.TryGetValue(name, out Type? known)) return known;
        int bracket = name.IndexOf('[', StringComparison.Ordinal);
        if (bracket < 0 || ValueKinds.Named(name[..bracket]) is not { } element) return null;
        int rank = name.Length - bracket - 1;
        Span<int> lengths = stackalloc int[Math.Min(rank, 5)];
        lengths.Clear();
        return element.NewArray(lengths, isNullable: false)?.GetType();
    }

    private bool TryWriteAny(CacheWriter writer, object? value, int depth)
    {
        if (value is null or DBNull)
        {
            writer.Byte(Null);
            return true;
        }

        Type type = value.GetType();
        if (ValueKinds.Of(type) is { } kind && type != typeof(object))
        {
            writer.Byte(kind.Tag);
            kind.Write(writer, value);
            return true;
        }

        if (depth >= MaxDepth) return false;
        if (value is ArrayWithNulls withNulls)
        {
            writer.Byte(WithNulls);
            return depth == 0 && TryWriteAny(writer, withNulls.Array, depth + 1);
        }

        return value is Array array ? TryWriteArray(writer, array, depth) : TryWriteDriverValue(writer, value, depth);
    }

    private bool TryWriteArray(CacheWriter writer, Array array, int depth)
    {
        Type element = array.GetType().GetElementType()!;
        ValueKind? kind = ValueKinds.Of(Nullable.GetUnderlyingType(element) ?? element);
        string? name = kind is not null && element != typeof(object) ? kind.Name : NameOf(array.GetType());
        if (name is null || (kind is null
            && array.Rank > 1) || array.Rank > 4 || element == typeof(object)) return false;
        writer.Byte(Array);
        writer.Text(name);
        writer.Byte(kind?.IsNullableArray(array) == true ? (byte)1 : (byte)0);
        writer.Byte((byte)array.Rank);
        Span<int> lengths = stackalloc int[array.Rank];
        for (int i = 0; i < array.Rank; i++)
        {
            if (array.GetLowerBound(i) != 0) return false;
            lengths[i] = array.GetLength(i);
            writer.Int32(lengths[i]);
        }

        if (!Fit(lengths, int.MaxValue)) return false;

        foreach (object? one in array)
        {
            if (!TryWrite(writer, one, depth + 1)) return false;
        }

        return true;
    }

    private object ReadArray(ref ByteSource source, int depth)
    {
        string name = source.Text();
        bool isNullable = source.Byte() != 0;
        int rank = source.Byte();
        if (source.IsBad || rank is < 1 or > 4) return Spoiled(ref source);
        Span<int> lengths = stackalloc int[rank];
        for (int i = 0; i < rank; i++) lengths[i] = source.Int32();
        if (!Fit(lengths, source.Left)) return Spoiled(ref source);

        Array? array = ValueKinds.Named(name) is { } kind
            ? kind.NewArray(lengths, isNullable)
            : rank == 1 && TypeNamed(name) is { IsArray: true } type
                ? System.Array.CreateInstanceFromArrayType(type, lengths[0])
                : null;
        return array is null ? Spoiled(ref source) : Fill(array, ref source, depth);
    }

    // Each element takes a byte at least. An empty dimension must not excuse a huge one beside it.
    private static bool Fit(ReadOnlySpan<int> lengths, int room)
    {
        long total = 1;
        bool isEmpty = false;
        foreach (int length in lengths)
        {
            if (length < 0) return false;
            isEmpty |= length == 0;
            total *= Math.Max(1, length);
            if (total > int.MaxValue) return false;
        }

        return total <= (isEmpty ? MaxEmpty : room);
    }

    private object Fill(Array array, ref ByteSource source, int depth)
    {
        Type element = array.GetType().GetElementType()!;
        bool takesNull = !element.IsValueType || Nullable.GetUnderlyingType(element) is not null;
        Type plain = Nullable.GetUnderlyingType(element) ?? element;
        int[] index = new int[array.Rank];
        for (long i = 0; i < array.LongLength; i++)
        {
            object value = Read(ref source, depth + 1);
            if (source.IsBad || (value is DBNull
                ? !takesNull : !plain.IsInstanceOfType(value))) return Spoiled(ref source);
            if (value is not DBNull) array.SetValue(value, index);
            for (int d = index.Length - 1; d >= 0 && ++index[d] == array.GetLength(d); d--) index[d] = 0;
        }

        return array;
    }

    private bool TryWriteDriverValue(CacheWriter writer, object value, int depth)
    {
        if (adapter.TakeApart(value) is not { } apart || apart.Parts.Count > MaxParts) return false;
        writer.Byte(Driver);
        writer.Text(apart.Type);
        writer.Byte((byte)apart.Parts.Count);
        foreach (object? part in apart.Parts)
        {
            if (!TryWrite(writer, part, depth + 1)) return false;
        }

        return true;
    }

    private object ReadDriverValue(ref ByteSource source, int depth)
    {
        string name = source.Text();
        int count = source.Byte();
        if (source.IsBad || count > MaxParts) return Spoiled(ref source);
        var parts = new object?[count];
        for (int i = 0; i < count; i++)
        {
            object part = Read(ref source, depth + 1);
            parts[i] = part is DBNull ? null : part;
        }

        if (source.IsBad) return DBNull.Value;
        try
        {
            return adapter.PutTogether(new DbCachedValue(name, parts)) ?? Spoiled(ref source);
        }
        catch (Exception exception) when (
            exception is ArgumentException or InvalidCastException or IndexOutOfRangeException
            or NullReferenceException)
        {
            // Parts that its type refuses are damage like any other.
            return Spoiled(ref source);
        }
    }

    private static DBNull Spoiled(ref ByteSource source)
    {
        source.Spoil();
        return DBNull.Value;
    }
}
