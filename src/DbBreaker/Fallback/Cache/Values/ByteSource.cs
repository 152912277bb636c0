using System.Buffers.Binary;
using System.Text;

namespace DbBreaker.Fallback.Cache.Values;

/// <summary>
/// Reads what <see cref="CacheWriter"/> wrote, or whatever else a cache hands back: the first thing that does not fit
/// makes it bad, and from then on everything reads as zero. It never throws, and never allocates more than there are
/// bytes for.
/// </summary>
internal ref struct ByteSource(ReadOnlySpan<byte> bytes)
{
    private static readonly UTF8Encoding _strict = new(false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> _left = bytes;

    public bool IsBad { get; private set; }

    public readonly int Left => _left.Length;

    public void Spoil()
    {
        IsBad = true;
        _left = default;
    }

    public byte Byte() => Take(1, out ReadOnlySpan<byte> bytes) ? bytes[0] : (byte)0;

    public ushort UInt16() =>
        Take(2, out ReadOnlySpan<byte> bytes) ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : (ushort)0;

    public int Int32() => Take(4, out ReadOnlySpan<byte> bytes) ? BinaryPrimitives.ReadInt32LittleEndian(bytes) : 0;

    public long Int64() => Take(8, out ReadOnlySpan<byte> bytes) ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : 0;

    public ulong UInt64() => Take(8, out ReadOnlySpan<byte> bytes) ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;

    public ReadOnlySpan<byte> Raw(int count) => Take(count, out ReadOnlySpan<byte> bytes) ? bytes : default;

    public ReadOnlySpan<byte> Bytes() => Raw(Int32());

    public string Text()
    {
        int length = Int32();
        bool isWide = length < 0;
        ReadOnlySpan<byte> bytes = Raw(isWide ? ~length : length);
        if (IsBad) return "";
        if (isWide) return Wide(bytes);
        try
        {
            return _strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            Spoil();
            return "";
        }
    }

    /// <summary>A count of things that take at least one byte each.</summary>
    public int Count()
    {
        uint value = 0;
        for (int shift = 0; shift < 35; shift += 7)
        {
            byte next = Byte();
            value |= (uint)(next & 0x7F) << shift;
            if (next <= 0x7F) break;
        }

        if (value <= (uint)_left.Length) return (int)value;
        Spoil();
        return 0;
    }

    private string Wide(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length % 2 != 0)
        {
            Spoil();
            return "";
        }

        var text = new char[bytes.Length / 2];
        for (int i = 0; i < text.Length; i++) text[i] = (char)BinaryPrimitives.ReadUInt16LittleEndian(bytes[(i * 2)..]);
        return new string(text);
    }

    private bool Take(int count, out ReadOnlySpan<byte> bytes)
    {
        if (count < 0 || count > _left.Length)
        {
            Spoil();
            bytes = default;
            return false;
        }

        bytes = _left[..count];
        _left = _left[count..];
        return true;
    }
}
