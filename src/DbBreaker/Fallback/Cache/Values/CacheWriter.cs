using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text.Unicode;

namespace DbBreaker.Fallback.Cache.Values;

/// <summary>Little-endian bytes in a pooled buffer that grows. For one thread at a time; to be disposed once.</summary>
internal sealed class CacheWriter : IDisposable
{
    private const int InitialSize = 4096, LengthOfText = 4;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(InitialSize);

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    public void Byte(byte value) => Room(1)[0] = value;

    public void UInt16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Room(2), value);

    public void Int32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Room(4), value);

    /// <summary>Writes a tag, and returns the room for the value behind it.</summary>
    public Span<byte> Tagged(byte tag, int size)
    {
        Span<byte> room = Room(size + 1);
        room[0] = tag;
        return room[1..];
    }

    public void Int64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Room(8), value);

    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Room(8), value);

    public void Raw(ReadOnlySpan<byte> value) => value.CopyTo(Room(value.Length));

    /// <summary>The room for the next bytes, to be filled before anything else is written.</summary>
    public Span<byte> Room(int size)
    {
        int start = Length;
        if (_buffer.Length - start < size) Grow(checked(start + size));
        Length = start + size;
        return _buffer.AsSpan(start, size);
    }

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
        // A char takes three bytes at most; a pair of them, which is one character, takes four.
        Length = start + Encode(value, Room(checked(LengthOfText + (value.Length * 3))));
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

    // Returns how many bytes the length and the text take.
    private static int Encode(ReadOnlySpan<char> value, Span<byte> room)
    {
        Span<byte> text = room[LengthOfText..];
        OperationStatus status = Utf8.FromUtf16(value, text, out _, out int written, replaceInvalidSequences: false);
        if (status == OperationStatus.Done)
        {
            BinaryPrimitives.WriteInt32LittleEndian(room, written);
            return LengthOfText + written;
        }

        for (int i = 0; i < value.Length; i++) BinaryPrimitives.WriteUInt16LittleEndian(text[(i * 2)..], value[i]);
        BinaryPrimitives.WriteInt32LittleEndian(room, ~(value.Length * 2));
        return LengthOfText + (value.Length * 2);
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
