using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using System.Text.Unicode;

namespace DbBreaker.Fallback.Cache.Values;

/// <summary>Little-endian bytes in a pooled buffer that grows. For one thread at a time; to be disposed once.</summary>
internal sealed class CacheWriter : IDisposable
{
    private const int InitialSize = 4096;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(InitialSize);

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    public void Byte(byte value) => Take(1)[0] = value;

    public void UInt16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(2), value);

    public void Int32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);

    /// <summary>A tag and a number in one step: most values are such.</summary>
    public void Tagged(byte tag, int value)
    {
        Span<byte> room = Take(5);
        BinaryPrimitives.WriteInt32LittleEndian(room[1..], value);
        room[0] = tag;
    }

    /// <inheritdoc cref="Tagged(byte, int)"/>
    public void Tagged(byte tag, long value)
    {
        Span<byte> room = Take(9);
        BinaryPrimitives.WriteInt64LittleEndian(room[1..], value);
        room[0] = tag;
    }

    public void Int64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);

    public void Raw(ReadOnlySpan<byte> value) => value.CopyTo(Take(value.Length));

    /// <summary>Bytes behind their length.</summary>
    public void Bytes(ReadOnlySpan<byte> value)
    {
        Int32(value.Length);
        Raw(value);
    }

    /// <summary>A text behind its length: UTF-8, or UTF-16 behind a negative length where half a surrogate pair stands
    /// alone, which UTF-8 cannot say.</summary>
    public void Text(ReadOnlySpan<char> value)
    {
        int start = Length;
        Span<byte> room = Take(4 + Encoding.UTF8.GetMaxByteCount(value.Length));
        OperationStatus status = Utf8.FromUtf16(
            value, room[4..], out _, out int written, replaceInvalidSequences: false);
        if (status != OperationStatus.Done)
        {
            written = value.Length * 2;
            for (int i = 0; i < value.Length; i++) BinaryPrimitives.WriteUInt16LittleEndian(room[(4 + (i * 2))..],
                value[i]);
        }

        BinaryPrimitives.WriteInt32LittleEndian(room, status == OperationStatus.Done ? written : ~written);
        Length = start + 4 + written;
    }

    /// <summary>Whole numbers that are small most of the time.</summary>
    public void Count(int value)
    {
        uint left = (uint)value;
        for (; left > 0x7F; left >>= 7) Byte((byte)(left | 0x80));
        Byte((byte)left);
    }

    /// <summary>Takes back what was written after <paramref name="length"/>.</summary>
    public void Rewind(int length) => Length = length;

    /// <summary>Writes a number where one was left out.</summary>
    public void Patch(int offset, int value) => BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(offset), value);

    /// <summary>The checksum of what was written from <paramref name="offset"/> on.</summary>
    public uint ChecksumFrom(int offset) => Checksum(_buffer.AsSpan(offset, Length - offset));

    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint checksum = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..])
            checksum = BitOperations.Crc32C(checksum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte one in bytes) checksum = BitOperations.Crc32C(checksum, one);
        return ~checksum;
    }

    public void Dispose()
    {
        byte[] buffer = _buffer;
        _buffer = [];
        Length = 0;
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
    }

    private Span<byte> Take(int count)
    {
        int start = Length;
        if (_buffer.Length - start < count) Grow(checked(start + count));
        Length = start + count;
        return _buffer.AsSpan(start, count);
    }

    private void Grow(int needed)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Max(needed, Math.Min(Array.MaxLength,
            _buffer.Length * 2L)));
        Written.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
