using System.Data.Common;

namespace DbBreaker.Fallback.Cache.Values;

/// <summary>
/// Mapped enums, and arrays of them with one dimension, in their stored form: the type's name, then of each value the
/// label that the database has for it and the member's name, never its number.
/// </summary>
internal static class EnumCodec
{
    /// <summary>Writes the value of a column, or nothing and returns false when it is no such.</summary>
    public static bool TryWrite(
        CacheWriter writer, object value, DbDataReader reader, int ordinal, DbProviderAdapter adapter)
    {
        Type type = value.GetType();
        Type element = type.IsArray ? type.GetElementType()! : type;
        Type plain = Nullable.GetUnderlyingType(element) ?? element;
        if (!plain.IsEnum || EnumKinds.Meet(plain, adapter) is not { } kind) return false;
        if (adapter.ReadEnumLabels(reader, ordinal) is not { } labels) return false;
        int start = writer.Length;
        bool isWritten = value is Array array
            ? TryWriteArray(writer, array, plain != element, kind, labels)
            : labels.Count == 1 && TryWriteOne(writer, (Enum)value, kind, labels[0]);
        if (!isWritten) writer.Rewind(start);
        return isWritten;
    }

    public static object? ReadOne(ref ByteSource source) =>
        EnumKinds.Named(source.Text()) is { } kind ? ReadMember(ref source, kind) : null;

    public static object? ReadArray(ref ByteSource source)
    {
        EnumKind? kind = EnumKinds.Named(source.Text());
        bool isNullable = source.Byte() != 0;
        int count = source.Count();
        if (source.IsBad || kind is null) return null;
        Array array = kind.Collections.NewArray([count], isNullable)!;
        for (int i = 0; i < count; i++)
        {
            bool isNull = source.Byte() == 0;
            LabelledEnum? one = isNull ? null : ReadMember(ref source, kind);
            if (source.IsBad || (one is null && !(isNull && isNullable))) return null;
            if (one is not null) array.SetValue(one.Value, i);
        }

        return array;
    }

    private static LabelledEnum? ReadMember(ref ByteSource source, EnumKind kind)
    {
        string label = source.Text(), member = source.Text();
        return !source.IsBad && kind.Find(label, member) is { } value ? new LabelledEnum(value, label) : null;
    }

    private static bool TryWriteOne(CacheWriter writer, Enum value, EnumKind kind, string? label)
    {
        writer.Byte(ValueCodec.Enum);
        writer.Text(kind.Name);
        return TryWriteMember(writer, value, kind, label);
    }

    private static bool TryWriteArray(
        CacheWriter writer, Array array, bool isNullable, EnumKind kind, IReadOnlyList<string?> labels)
    {
        if (array.Rank != 1 || array.GetLowerBound(0) != 0 || array.Length != labels.Count) return false;
        writer.Byte(ValueCodec.EnumArray);
        writer.Text(kind.Name);
        writer.Byte(isNullable ? (byte)1 : (byte)0);
        writer.Count(array.Length);
        for (int i = 0; i < array.Length; i++)
        {
            object? one = array.GetValue(i);
            writer.Byte(one is null ? (byte)0 : (byte)1);
            if (one is not null && !TryWriteMember(writer, (Enum)one, kind, labels[i])) return false;
        }

        return true;
    }

    private static bool TryWriteMember(CacheWriter writer, Enum value, EnumKind kind, string? label)
    {
        // What would not come back is not kept, as a member whose label is another one's by its own word.
        if (label is null || Enum.GetName(kind.Type, value) is not { } member) return false;
        if (!value.Equals(kind.Find(label, member))) return false;
        writer.Text(label);
        writer.Text(member);
        return true;
    }
}
