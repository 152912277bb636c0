using System.Collections;
using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Text;

namespace DbBreaker.TestKit.Reading;

/// <summary>What a caller can see of a reader with one row, as text: two readers are as good as each other when it is
/// the same.</summary>
public static class ReaderDescription
{
    private const string Thrown = "throws ";

    /// <summary>Every typed getter, on the first column.</summary>
    public static IReadOnlyList<Func<DbDataReader, object?>> TypedGetters { get; } =
    [
        r => r.GetBoolean(0), r => r.GetByte(0), r => r.GetChar(0), r => r.GetInt16(0), r => r.GetInt32(0),
        r => r.GetInt64(0), r => r.GetFloat(0), r => r.GetDouble(0), r => r.GetDecimal(0), r => r.GetString(0),
        r => r.GetDateTime(0), r => r.GetGuid(0), r => r.GetTextReader(0), Chars,
        Get<object>, Get<bool>, Get<bool?>, Get<sbyte>, Get<byte>, Get<byte?>, Get<short>, Get<ushort>, Get<int>,
        Get<int?>, Get<uint>, Get<long>, Get<long?>, Get<ulong>, Get<float>, Get<double>, Get<double?>, Get<decimal>,
        Get<decimal?>, Get<char>, Get<string>, Get<Guid>, Get<Guid?>, Get<DateTime>, Get<DateTime?>,
        Get<DateTimeOffset>, Get<DateOnly>, Get<DateOnly?>, Get<TimeOnly>, Get<TimeSpan>, Get<TimeSpan?>,
        Get<TextReader>,
    ];

    /// <summary>The getters of a value as bytes, on the first column.</summary>
    public static IReadOnlyList<Func<DbDataReader, object?>> RawGetters { get; } =
        [r => r.GetStream(0), Bytes, Get<byte[]>, Get<Stream>];

    /// <summary>What the first reader gave and the second gave otherwise or not at all. That the second gives more is
    /// no harm; that it throws what no reader should is.</summary>
    public static IEnumerable<string> Lost(IReadOnlyList<string> first, IReadOnlyList<string> second) =>
        first.Zip(second).Select(static (pair, i) => (pair.First, pair.Second, i))
            .Where(static p => p.First != p.Second
                && (!IsThrown(p.First) || (IsThrown(p.Second) && !IsUsual(p.Second))))
            .Select(static p => $"{p.i}: {p.First} became {p.Second}");

    /// <summary>Reads to the end and tells the columns, the first column's value by every untyped getter, and by those
    /// that are given; what is thrown, by its type.</summary>
    /// <param name="reader">Two columns or more; the first is called <c>Value</c>.</param>
    /// <param name="getters">More ways to read the first column.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<IReadOnlyList<string>> OfAsync(
        DbDataReader reader, IEnumerable<Func<DbDataReader, object?>> getters, CancellationToken cancellationToken)
    {
        var seen = new List<string>
        {
            $"{reader.FieldCount} {reader.HasRows} {reader.GetOrdinal("value")} {reader.GetName(0)} "
                + $"{reader.RecordsAffected}",
            $"{reader.GetDataTypeName(0)} {reader.GetFieldType(0)}",
            Schema(reader),
            Try(() => reader.GetValue(0)),
        };
        if (!await reader.ReadAsync(cancellationToken)) throw new InvalidOperationException("The reader has no row.");
        var row = new object[reader.FieldCount];
        seen.AddRange([Try(() => reader.GetValue(0)), Try(() => reader[0]), Try(() => reader["Value"])]);
        seen.Add(Try(() => reader.IsDBNull(0)));
        seen.Add(Try(() => reader.GetValues(row)));
        foreach (Func<DbDataReader, object?> get in getters) seen.Add(Try(() => get(reader)));
        seen.Add($"{await reader.ReadAsync(cancellationToken)} {await reader.NextResultAsync(cancellationToken)}");
        return seen;
    }

    /// <summary>What reading gave, or the type of what it threw.</summary>
    public static string Try(Func<object?> read)
    {
        try
        {
            return Show(read());
        }
        catch (Exception exception)
        {
            return Thrown + exception.GetType().Name;
        }
    }

    /// <summary>A value with its type, in as much detail as it has.</summary>
    public static string Show(object? value) => value switch
    {
        null => "null",
        BitArray bits => "bits " + string.Concat(bits.Cast<bool>().Select(b => b ? '1' : '0')),
        string text => text,
        byte[] bytes => $"bytes {Convert.ToHexString(bytes)}",
        IEnumerable many => $"{value.GetType()} [{string.Join(';', many.Cast<object?>().Select(Show))}]",
        DateTime time => $"{time:O} {time.Kind}",
        DateTimeOffset time => $"{time:O}",
        Stream stream => Hex(stream),
        TextReader text => text.ReadToEnd(),
        IFormattable number => $"{value.GetType()} {number.ToString(null, CultureInfo.InvariantCulture)}",
        _ => $"{value.GetType()} {value}",
    };

    /// <summary>A piece of the first column's text.</summary>
    public static string Chars(DbDataReader reader)
    {
        var buffer = new char[100];
        long length = reader.GetChars(0, 0, buffer, 1, 5);
        return $"{length} {new string(buffer, 1, (int)length)} {reader.GetChars(0, 0, null, 0, 0)}";
    }

    /// <summary>A piece of the first column's bytes.</summary>
    public static string Bytes(DbDataReader reader)
    {
        var buffer = new byte[10];
        long length = reader.GetBytes(0, 1, buffer, 2, 8);
        return $"{length} {Convert.ToHexString(buffer)} {reader.GetBytes(0, 0, null, 0, 0)}";
    }

    /// <summary>All that a stream holds.</summary>
    public static string Hex(Stream stream)
    {
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return Convert.ToHexString(copy.ToArray());
    }

    private static bool IsThrown(string seen) => seen.StartsWith(Thrown, StringComparison.Ordinal);

    private static bool IsUsual(string seen) => seen[Thrown.Length..]
        is nameof(InvalidCastException) or nameof(InvalidOperationException) or nameof(OverflowException)
        or nameof(FormatException);

    private static object? Get<T>(DbDataReader reader) => reader.GetFieldValue<T>(0);

    // Keys, sizes and base tables are the server's to tell, and not kept. Npgsql says no more than object of bits.
    private static string Schema(DbDataReader reader) => string.Join(
        ';', reader.GetSchemaTable()!.Rows.Cast<DataRow>().Select((row, i) =>
        {
            var type = row[SchemaTableColumn.DataType] as Type;
            return $"{i} {row[SchemaTableColumn.ColumnName]} "
                + $"{(type is null || type == typeof(object) ? reader.GetFieldType(i) : type)}";
        }));
}
