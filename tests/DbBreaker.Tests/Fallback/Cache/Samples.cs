using System.Collections;
using System.Net;
using System.Net.NetworkInformation;
using System.Numerics;
using CsCheck;

namespace DbBreaker.Tests.Fallback.Cache;

/// <summary>Values of every type that rows hold, as CsCheck draws them.</summary>
internal static class Samples
{
    private static readonly Gen<string> _text = Gen.OneOf(
        Gen.String, Gen.String[Gen.Char['\ud800', '\udfff'], 0, 4], Gen.Const(new string('x', 5000)));

    private static readonly Gen<DateTime> _time = Gen.Select(
        Gen.Long[0, DateTime.MaxValue.Ticks], Gen.Int[0, 2], static (ticks, kind) =>
            new DateTime(ticks, (DateTimeKind)kind));

    private static readonly Gen<DateTimeOffset> _offset = Gen.Select(
        Gen.Long[TimeSpan.TicksPerDay, DateTime.MaxValue.Ticks - TimeSpan.TicksPerDay], Gen.Int[-840, 840],
        static (ticks, minutes) => new DateTimeOffset(ticks, TimeSpan.FromMinutes(minutes)));

    private static readonly Gen<byte[]> _bytes = Gen.Byte.Array[0, 300];

    public static Gen<object> Scalar { get; } = Gen.OneOf(
        Box(Gen.Bool), Box(Gen.SByte), Box(Gen.Byte), Box(Gen.Short), Box(Gen.UShort), Box(Gen.Int), Box(Gen.UInt),
        Box(Gen.Long), Box(Gen.ULong), Box(Gen.Float), Box(Gen.Double), Box(Gen.Decimal), Box(Gen.Guid), Box(_time),
        Box(_offset), Box(Gen.Int[0, DateOnly.MaxValue.DayNumber].Select(DateOnly.FromDayNumber)),
        Box(Gen.Long[0, TimeOnly.MaxValue.Ticks].Select(static t => new TimeOnly(t))),
        Box(Gen.Long.Select(static t => new TimeSpan(t))), Box(_text), Box(Gen.Char), Box(_bytes),
        Box(Gen.Bool.Array[0, 70].Select(static bits => new BitArray(bits))),
        Box(Gen.Byte.Array[4].Select(static b => new IPAddress(b))), Box(Gen.Byte.Array[16].Select(static b =>
            new IPAddress(b))),
        Box(Gen.Byte.Array[6].Select(static b => new PhysicalAddress(b))),
        Box(Gen.Int[0, 32].Select(static bits => new IPNetwork(IPAddress.Any, bits))),
        Box(_bytes.Select(static b => new BigInteger(b))), Gen.Const<object>(DBNull.Value));

    public static Gen<object> Collection { get; } = Gen.OneOf(
        Box(Gen.Int.Array[0, 20]), Box(_text.Array[0, 5]), Box(_text.Null().Array[0, 5]), Box(_time.Array[0, 5]),
        Box(Gen.Int.Nullable().Array[0, 20]), Box(Gen.Guid.Array[0, 4]), Box(_bytes.Array[0, 4]),
            Box(Gen.Decimal.Array[0, 4]),
        Box(Gen.Double.Array2D[Gen.Int[0, 4], Gen.Int[0, 4]]), Box(Gen.Const(new bool?[2, 3, 1])));

    public static Gen<object> Any { get; } = Gen.OneOf(Scalar, Collection);

    /// <summary>Whether two values are the same in every bit that a caller could see.</summary>
    public static bool AreSame(object? one, object? other) => (one, other) switch
    {
        (null or DBNull, null or DBNull) => true,
        (null, _) or (_, null) => false,
        (double a, double b) => BitConverter.DoubleToInt64Bits(a) == BitConverter.DoubleToInt64Bits(b),
        (float a, float b) => BitConverter.SingleToInt32Bits(a) == BitConverter.SingleToInt32Bits(b),
        (decimal a, decimal b) => decimal.GetBits(a).SequenceEqual(decimal.GetBits(b)),
        (DateTime a, DateTime b) => a == b && a.Kind == b.Kind,
        (DateTimeOffset a, DateTimeOffset b) => a.EqualsExact(b),
        (BitArray a, BitArray b) => a.Cast<bool>().SequenceEqual(b.Cast<bool>()),
        (Array a, Array b) => a.GetType() == b.GetType() && Lengths(a).SequenceEqual(Lengths(b))
            && a.Cast<object?>().Zip(b.Cast<object?>()).All(static pair => AreSame(pair.First, pair.Second)),
        _ => one.GetType() == other.GetType() && one.Equals(other),
    };

    private static IEnumerable<int> Lengths(Array array) => Enumerable.Range(0, array.Rank).Select(array.GetLength);

    private static Gen<object> Box<T>(Gen<T> gen) => gen.Select(static value => (object)value!);
}
