using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace DbBreaker.Fallback.Cache.Values;

/// <summary>
/// Gives a stored value as another type, as the drivers' readers do: numbers among each other where nothing is lost,
/// dates and times in their several forms, arrays as lists, texts as streams, and texts as what SQLite keeps in them.
/// </summary>
internal static class ValueConversion
{
    private const NumberStyles Numeric = NumberStyles.Number | NumberStyles.AllowExponent;

    /// <exception cref="InvalidCastException">The value is null or no such type can be made of it.</exception>
    /// <exception cref="OverflowException">The value does not fit.</exception>
    public static T To<T>(object value, DbProviderAdapter adapter)
    {
        if (value is LabelledEnum { Value: T member }) return member;
        if (value is T same) return same;
        if (value is DBNull && default(T) is null && Nullable.GetUnderlyingType(typeof(T)) is not null) return default!;
        Type target = Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T);
        if (TryConvert(value, target, out object? converted) || adapter.TryConvertCached(value, target, out converted))
            return (T)converted;
        throw new InvalidCastException(
            value is DBNull
                ? $"The column is null; it cannot be read as {typeof(T).Name}."
                : $"The column holds a {NameOf(value)}; it cannot be read as {typeof(T).Name}.");
    }

    private static bool TryConvert(object value, Type target, [NotNullWhen(true)] out object? converted)
    {
        converted = value switch
        {
            DBNull => null,
            LabelledEnum { Label: var label } => target == typeof(string) || target == typeof(Stream)
                ? FromText(label, target) ?? label : null,
            Array and not byte[] => FromArray((Array)value, target),
            string text => FromText(text, target),
            byte[] bytes => FromBytes(bytes, target),
            DateTime time => FromDateTime(time, target),
            DateTimeOffset time when target == typeof(DateTime) => time.UtcDateTime,
            DateOnly day when target == typeof(DateTime) => day.ToDateTime(TimeOnly.MinValue),
            TimeOnly time when target == typeof(TimeSpan) => time.ToTimeSpan(),
            TimeSpan time when target == typeof(TimeOnly) =>
                time >= TimeSpan.Zero && time < TimeSpan.FromDays(1) ? TimeOnly.FromTimeSpan(time) : null,
            char letter when target == typeof(string) => letter.ToString(),
            double days when target == typeof(TimeSpan) => TimeSpan.FromDays(days),
            double julian when target == typeof(DateTime) => FromJulian(julian),
            _ => FromNumber(value, target),
        };
        return converted is not null;
    }

    private static string NameOf(object value) =>
        (value is LabelledEnum { Value: { } held } ? held : value).GetType().Name;

    private static object? FromArray(Array array, Type target)
    {
        Type element = array.GetType().GetElementType()!;
        Type plain = Nullable.GetUnderlyingType(element) ?? element;
        return (ValueKinds.Of(plain) ?? EnumKinds.Known(plain)?.Collections) is { } kind
            && kind.TryConvert(array, target, out object? converted) ? converted : null;
    }

    private static object? FromText(string text, Type target)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        if (target == typeof(char[])) return text.ToCharArray();
        if (target == typeof(char)) return text.Length > 0 ? text[0] : null;
        if (target == typeof(TextReader)) return new StringReader(text);
        if (target == typeof(byte[])) return Encoding.UTF8.GetBytes(text);
        if (target == typeof(Stream) || target == typeof(MemoryStream)) return ReadOnly(Encoding.UTF8.GetBytes(text));
        if (target == typeof(JsonDocument)) return JsonDocument.Parse(text);
        if (target == typeof(JsonElement)) return JsonElement.Parse(text);
        if (target == typeof(Guid)) return Guid.TryParse(text, out Guid guid) ? guid : null;
        if (target == typeof(decimal)) return decimal.TryParse(text, Numeric, culture, out decimal number)
            ? number : null;
        if (target == typeof(double)) return double.TryParse(text, Numeric, culture, out double real) ? real : null;
        if (target == typeof(DateTime)) return DateTime.TryParse(text, culture, out DateTime time) ? time : null;
        if (target == typeof(TimeSpan)) return TimeSpan.TryParse(text, culture, out TimeSpan span) ? span : null;
        if (target == typeof(DateOnly)) return DateOnly.TryParse(text, culture, out DateOnly day) ? day : null;
        if (target == typeof(TimeOnly)) return TimeOnly.TryParse(text, culture, out TimeOnly clock) ? clock : null;
        return target == typeof(DateTimeOffset)
            && DateTimeOffset.TryParse(text, culture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at)
                ? at : null;
    }

    private static object? FromBytes(byte[] bytes, Type target)
    {
        if (target == typeof(Stream) || target == typeof(MemoryStream)) return ReadOnly(bytes);
        if (target == typeof(ReadOnlyMemory<byte>)) return new ReadOnlyMemory<byte>([.. bytes]);
        if (target == typeof(Memory<byte>)) return new Memory<byte>([.. bytes]);
        if (target == typeof(ArraySegment<byte>)) return new ArraySegment<byte>([.. bytes]);
        if (target == typeof(Guid)) return bytes.Length == 16 ? new Guid(bytes) : null;
        return target == typeof(string) ? Encoding.UTF8.GetString(bytes) : null;
    }

    private static object? FromDateTime(DateTime time, Type target)
    {
        if (target == typeof(DateOnly)) return DateOnly.FromDateTime(time);
        if (target == typeof(TimeOnly)) return TimeOnly.FromDateTime(time);
        return target == typeof(DateTimeOffset)
            ? new DateTimeOffset(time.Kind == DateTimeKind.Unspecified
                ? DateTime.SpecifyKind(time, DateTimeKind.Utc) : time)
            : null;
    }

    // From the year 100 to 9999, the days that .NET counts.
    private static DateTime? FromJulian(double days) =>
        days is > 1757584 and < 5373485 ? DateTime.FromOADate(days - 2415018.5) : null;

    // Whole numbers become any number that can hold them; a decimal loses its fraction, as in Npgsql.
    private static object? FromNumber(object value, Type target)
    {
        bool isWhole = value is bool or byte or sbyte or short or ushort or int or uint or long or ulong or BigInteger;
        bool isNumber = isWhole || value is decimal or double or float;
        if (!isNumber || value is bool && target == typeof(char)) return null;
        if (value is BigInteger big) return target == typeof(decimal) ? (decimal)big : target == typeof(long)
            ? (long)big : null;
        if (target == typeof(BigInteger)) return isWhole ? new BigInteger(Convert.ToDecimal(value)) : null;
        bool toWhole = Type.GetTypeCode(target) is >= TypeCode.SByte and <= TypeCode.UInt64;
        bool toReal = target == typeof(double) || target == typeof(float) || target == typeof(decimal);
        bool toBool = target == typeof(bool) && (isWhole || value is decimal);
        bool toChar = target == typeof(char) && isWhole;
        bool fits = toReal || toBool || toChar || (toWhole && (isWhole || value is decimal));
        if (!fits || target.IsEnum) return null;
        if (toWhole && value is decimal number && number != decimal.Truncate(number)) value = decimal.Truncate(number);
        return Convert.ChangeType(value, target, CultureInfo.InvariantCulture);
    }

    private static MemoryStream ReadOnly(byte[] bytes) => new(bytes, writable: false);
}
