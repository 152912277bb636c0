using System.Text;

namespace DbBreaker.TestKit.Tds;

/// <summary>A column's type, and a value of it, as MS-TDS 2.2.5 has them: the CLR type says which.</summary>
internal static class TdsValue
{
    private const byte MaxPrecision = 38, TimeScale = 7;

    public static void WriteType(BinaryWriter writer, object? sample) => writer.Write(sample switch
    {
        bool => [0x68, 1],
        byte => [0x26, 1],
        short => [0x26, 2],
        long => [0x26, 8],
        float => [0x6D, 4],
        double => [0x6D, 8],
        decimal number => [0x6C, 17, MaxPrecision, number.Scale],
        Guid => [0x24, 16],
        DateOnly => [0x28],
        TimeSpan => [0x29, TimeScale],
        DateTime => [0x2A, TimeScale],
        DateTimeOffset => [0x2B, TimeScale],
        string text => [0xE7, .. Length(IsLong(text.Length * 2) ? ushort.MaxValue : 8000), .. TdsTokens.Collation],
        byte[] bytes => [0xA5, .. Length(IsLong(bytes.Length) ? ushort.MaxValue : 8000)],
        null or int => (byte[])[0x26, 4],
        _ => throw new NotSupportedException($"The TDS server cannot send a {sample.GetType()}."),
    });

    public static void Write(BinaryWriter writer, object? value, object? sample)
    {
        byte[]? bytes = value is null ? null : Bytes(value);
        int? most = sample switch { string text => text.Length * 2, byte[] other => other.Length, _ => null };
        if (most is null)
        {
            writer.Write((byte)(bytes?.Length ?? 0));
            writer.Write(bytes ?? []);
        }
        else if (!IsLong(most.Value))
        {
            writer.Write((ushort)(bytes?.Length ?? ushort.MaxValue));
            writer.Write(bytes ?? []);
        }
        else if (bytes is null)
        {
            writer.Write(ulong.MaxValue);
        }
        else
        {
            // The length, one piece, the end.
            writer.Write((long)bytes.Length);
            writer.Write(bytes.Length);
            writer.Write(bytes);
            writer.Write(0);
        }
    }

    private static bool IsLong(int bytes) => bytes > 8000;

    private static byte[] Length(int length) => BitConverter.GetBytes((ushort)length);

    private static byte[] Bytes(object value) => value switch
    {
        bool bit => [(byte)(bit ? 1 : 0)],
        byte number => [number],
        short number => BitConverter.GetBytes(number),
        int number => BitConverter.GetBytes(number),
        long number => BitConverter.GetBytes(number),
        float number => BitConverter.GetBytes(number),
        double number => BitConverter.GetBytes(number),
        decimal number => Decimal(number),
        Guid guid => guid.ToByteArray(),
        DateOnly day => Day(day.ToDateTime(TimeOnly.MinValue)),
        TimeSpan time => Time(time),
        DateTime time => [.. Time(time.TimeOfDay), .. Day(time)],
        DateTimeOffset time =>
        [
            .. Time(time.UtcDateTime.TimeOfDay), .. Day(time.UtcDateTime),
            .. BitConverter.GetBytes((short)time.TotalOffsetMinutes),
        ],
        string text => Encoding.Unicode.GetBytes(text),
        byte[] bytes => bytes,
        _ => throw new NotSupportedException($"The TDS server cannot send a {value.GetType()}."),
    };

    private static byte[] Decimal(decimal number)
    {
        int[] parts = decimal.GetBits(number);
        return [(byte)(parts[3] < 0 ? 0 : 1), .. parts.Take(3).Append(0).SelectMany(BitConverter.GetBytes)];
    }

    private static byte[] Time(TimeSpan time) => BitConverter.GetBytes(time.Ticks)[..5];

    private static byte[] Day(DateTime day) => BitConverter.GetBytes((day - DateTime.MinValue).Days)[..3];
}
