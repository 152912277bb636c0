using System.Buffers.Binary;
using System.Collections;
using System.Collections.Frozen;
using System.Net;
using System.Net.NetworkInformation;
using System.Numerics;
using System.Runtime.InteropServices;

namespace DbBreaker.Fallback.Cache.Values;

/// <summary>Every kind there is. A kind's number and name are part of the stored form and never change their meaning.
/// </summary>
internal static class ValueKinds
{
    private static readonly ValueKind[] _all =
    [
        new StructKind<bool>(1, "bool", static (w, v) => w.Byte(v ? (byte)1 : (byte)0), ReadBool),
        new StructKind<sbyte>(2, "sbyte", static (w, v) => w.Byte((byte)v), static (ref s) => (sbyte)s.Byte()),
        new StructKind<byte>(3, "byte", static (w, v) => w.Byte(v), static (ref s) => s.Byte()),
        new StructKind<short>(4, "short", static (w, v) => w.UInt16((ushort)v), static (ref s) => (short)s.UInt16()),
        new StructKind<ushort>(5, "ushort", static (w, v) => w.UInt16(v), static (ref s) => s.UInt16()),
        new StructKind<int>(6, "int", static (w, v) => w.Int32(v), static (ref s) => s.Int32()),
        new StructKind<uint>(7, "uint", static (w, v) => w.Int32((int)v), static (ref s) => (uint)s.Int32()),
        new StructKind<long>(8, "long", static (w, v) => w.Int64(v), static (ref s) => s.Int64()),
        new StructKind<ulong>(9, "ulong", static (w, v) => w.UInt64(v), static (ref s) => s.UInt64()),
        new StructKind<float>(10, "float", static (w, v) => w.Int32(BitConverter.SingleToInt32Bits(v)),
            static (ref s) => BitConverter.Int32BitsToSingle(s.Int32())),
        new StructKind<double>(11, "double", static (w, v) => w.Int64(BitConverter.DoubleToInt64Bits(v)),
            static (ref s) => BitConverter.Int64BitsToDouble(s.Int64())),
        new StructKind<decimal>(12, "decimal", static (w, v) => WriteDecimal(w.Room(16), v), ReadDecimal),
        new StructKind<Guid>(13, "guid", static (w, v) => v.TryWriteBytes(w.Room(16)), ReadGuid),
        new StructKind<DateTime>(14, "datetime", static (w, v) => WriteDateTime(w.Room(9), v), ReadDateTime),
        new StructKind<DateTimeOffset>(15, "datetimeoffset", WriteDateTimeOffset, ReadDateTimeOffset),
        new StructKind<DateOnly>(16, "date", static (w, v) => w.Int32(v.DayNumber), ReadDateOnly),
        new StructKind<TimeOnly>(17, "time", static (w, v) => w.Int64(v.Ticks), ReadTimeOnly),
        new StructKind<TimeSpan>(18, "timespan", static (w, v) => w.Int64(v.Ticks), static (ref s) =>
            new TimeSpan(s.Int64())),
        new ClassKind<string>(19, "string", static (w, v) => w.Text(v), static (ref s) => s.Text()),
        new StructKind<char>(20, "char", static (w, v) => w.UInt16(v), static (ref s) => (char)s.UInt16()),
        new ClassKind<byte[]>(21, "bytes", static (w, v) => w.Bytes(v), static (ref s) => s.Bytes().ToArray()),
        new ClassKind<BitArray>(22, "bits", WriteBits, ReadBits),
        new ClassKind<IPAddress>(23, "ip", WriteAddress, ReadAddress),
        new ClassKind<PhysicalAddress>(24, "mac", static (w, v) => w.Bytes(v.GetAddressBytes()),
            static (ref s) => new PhysicalAddress(s.Bytes().ToArray())),
        new StructKind<IPNetwork>(25, "network", WriteNetwork, ReadNetwork),
        new ClassKind<object>(26, "object", static (_, _) => throw new NotSupportedException("Never asked."),
            static (ref s) =>
            {
                s.Spoil();
                return "";
            }),
        new StructKind<BigInteger>(27, "bigint", static (w, v) => w.Bytes(v.ToByteArray()),
            static (ref s) => new BigInteger(s.Bytes())),
    ];

    private static readonly FrozenDictionary<Type, ValueKind> _byType = _all.ToFrozenDictionary(static k => k.Type);
    private static readonly FrozenDictionary<string, ValueKind> _byName = _all.ToFrozenDictionary(static k => k.Name);

    public static ValueKind? Of(Type type) => _byType.GetValueOrDefault(type);

    public static ValueKind? Named(string name) => _byName.GetValueOrDefault(name);

    public static ValueKind? Tagged(byte tag) => tag is > 0 and <= 27 ? _all[tag - 1] : null;

    public static void WriteDecimal(Span<byte> room, decimal value)
    {
        Span<int> parts = MemoryMarshal.Cast<byte, int>(room);
        decimal.GetBits(value, parts);
        if (!BitConverter.IsLittleEndian) BinaryPrimitives.ReverseEndianness(parts, parts);
    }

    public static void WriteDateTime(Span<byte> room, DateTime value)
    {
        room[0] = (byte)value.Kind;
        BinaryPrimitives.WriteInt64LittleEndian(room[1..], value.Ticks);
    }

    private static bool ReadBool(ref ByteSource source) => source.Byte() != 0;

    private static decimal ReadDecimal(ref ByteSource source)
    {
        ReadOnlySpan<int> bits = [source.Int32(), source.Int32(), source.Int32(), source.Int32()];
        // Scale and sign; whatever else is set is no decimal.
        if (((bits[3] >> 16) & 0xFF) <= 28 && (bits[3] & 0x7F00FFFF) == 0) return new decimal(bits);
        source.Spoil();
        return 0;
    }

    private static Guid ReadGuid(ref ByteSource source) =>
        source.Raw(16) is { Length: 16 } bytes ? new Guid(bytes) : Guid.Empty;

    private static DateTime ReadDateTime(ref ByteSource source)
    {
        byte kind = source.Byte();
        long ticks = source.Int64();
        if (kind <= 2 && ticks >= 0 && ticks <= DateTime.MaxValue.Ticks) return new DateTime(ticks, (DateTimeKind)kind);
        source.Spoil();
        return default;
    }

    private static void WriteDateTimeOffset(CacheWriter writer, DateTimeOffset value)
    {
        writer.UInt16((ushort)value.TotalOffsetMinutes);
        writer.Int64(value.UtcTicks);
    }

    private static DateTimeOffset ReadDateTimeOffset(ref ByteSource source)
    {
        short minutes = (short)source.UInt16();
        long utc = source.Int64(), local = utc + (minutes * TimeSpan.TicksPerMinute);
        bool fits = Math.Abs(minutes) <= 14 * 60 && utc >= 0 && utc <= DateTime.MaxValue.Ticks
            && local >= 0 && local <= DateTime.MaxValue.Ticks;
        if (fits) return new DateTimeOffset(local, TimeSpan.FromMinutes(minutes));
        source.Spoil();
        return default;
    }

    private static DateOnly ReadDateOnly(ref ByteSource source)
    {
        int day = source.Int32();
        if (day >= 0 && day <= DateOnly.MaxValue.DayNumber) return DateOnly.FromDayNumber(day);
        source.Spoil();
        return default;
    }

    private static TimeOnly ReadTimeOnly(ref ByteSource source)
    {
        long ticks = source.Int64();
        if (ticks >= 0 && ticks <= TimeOnly.MaxValue.Ticks) return new TimeOnly(ticks);
        source.Spoil();
        return default;
    }

    private static void WriteBits(CacheWriter writer, BitArray value)
    {
        var bytes = new byte[(value.Length + 7) / 8];
        value.CopyTo(bytes, 0);
        writer.Int32(value.Length);
        writer.Raw(bytes);
    }

    private static BitArray ReadBits(ref ByteSource source)
    {
        int length = source.Int32();
        if (length >= 0) return new BitArray(source.Raw((int)((length + 7L) / 8)).ToArray()) { Length = source.IsBad
            ? 0 : length };
        source.Spoil();
        return new BitArray(0);
    }

    private static void WriteAddress(CacheWriter writer, IPAddress value)
    {
        byte[] bytes = value.GetAddressBytes();
        writer.Bytes(bytes);
        writer.Int64(bytes.Length == 16 ? value.ScopeId : 0);
    }

    private static IPAddress ReadAddress(ref ByteSource source)
    {
        ReadOnlySpan<byte> bytes = source.Bytes();
        long scope = source.Int64();
        if (bytes.Length == 4 && !source.IsBad) return new IPAddress(bytes);
        if (bytes.Length == 16 && scope is >= 0 and <= uint.MaxValue) return new IPAddress(bytes, scope);
        source.Spoil();
        return IPAddress.None;
    }

    private static void WriteNetwork(CacheWriter writer, IPNetwork value)
    {
        WriteAddress(writer, value.BaseAddress);
        writer.Byte((byte)value.PrefixLength);
    }

    private static IPNetwork ReadNetwork(ref ByteSource source)
    {
        IPAddress address = ReadAddress(ref source);
        byte prefix = source.Byte();
        if (!source.IsBad && IPNetwork.TryParse($"{address}/{prefix}", out IPNetwork network)) return network;
        source.Spoil();
        return default;
    }
}
