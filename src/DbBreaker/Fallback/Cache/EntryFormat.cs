using System.Buffers.Binary;
using DbBreaker.Fallback.Cache.Values;

namespace DbBreaker.Fallback.Cache;

/// <summary>
/// An entry's bytes: magic and version, checksum, key, times, then each result as its columns and rows. Every count
/// comes before what it counts, so that nothing is taken for what it is not; a reader of another version sees a miss.
/// </summary>
internal static class EntryFormat
{
    /// <summary>"DBR" and the version.</summary>
    public const int Magic = 0x02524244;

    /// <summary>Magic and checksum; the checksum covers what follows.</summary>
    public const int HeaderLength = 8;

    public const byte Row = 1, EndOfRows = 2, NextResult = 3, End = 4;

    private const int MaxColumns = 8192;
    private const int ChecksumOffset = 4, ReadAtOffset = HeaderLength + CacheKey.Length;
    private const long NotKnown = -1;

    /// <summary>Reads an entry, or returns null when the bytes are damaged, foreign, of another version or of another
    /// key.</summary>
    public static CacheEntry? TryRead(ReadOnlySpan<byte> bytes, CacheKey key, ValueCodec codec)
    {
        var source = new ByteSource(bytes);
        if (TryReadHeader(ref source, bytes, key) is not { } time) return null;
        var results = new List<CachedResult>(1);
        byte mark;
        do
        {
            if (ReadResult(ref source, codec) is not { } result) return null;
            results.Add(result);
            mark = source.Byte();
        }
        while (mark == NextResult);
        return mark == End && !source.IsBad && source.Left == 0
            ? new CacheEntry(time, results)
            : null;
    }

    /// <summary>What is to be kept when a replica's rows meet an entry of the same read: its own rows when they may
    /// lack nothing of the entry's; else the entry's, which then are known to be no older than the replica's.</summary>
    /// <param name="found">What is stored; replaced when it is damaged.</param>
    /// <param name="replicas">What the replica gave.</param>
    /// <param name="key">That of both.</param>
    public static byte[] Merge(byte[] found, byte[] replicas, CacheKey key)
    {
        if (TryReadTime(found, key) is not { } there || TryReadTime(replicas, key) is not { } here) return replicas;
        if (!here.MayLackRowsOf(there)) return replicas;
        if (here.LevelAt is null || here.ReadAt <= there.ReadAt) return found;
        byte[] later = [.. found];
        BinaryPrimitives.WriteInt64LittleEndian(later.AsSpan(ReadAtOffset), here.ReadAt.UtcTicks);
        BinaryPrimitives.WriteUInt32LittleEndian(
            later.AsSpan(ChecksumOffset), CacheWriter.Checksum(later.AsSpan(HeaderLength)));
        return later;
    }

    private static EntryTime? TryReadTime(ReadOnlySpan<byte> bytes, CacheKey key)
    {
        var source = new ByteSource(bytes);
        return TryReadHeader(ref source, bytes, key);
    }

    public static void WriteTime(CacheWriter writer, EntryTime time)
    {
        writer.Int64(time.ReadAt.UtcTicks);
        writer.Int64(time.LevelAt?.UtcTicks ?? NotKnown);
    }

    private static EntryTime? TryReadHeader(ref ByteSource source, ReadOnlySpan<byte> bytes, CacheKey key)
    {
        if (source.Int32() != Magic) return null;
        uint checksum = (uint)source.Int32();
        if (source.IsBad || CacheWriter.Checksum(bytes[HeaderLength..]) != checksum) return null;
        if (!source.Raw(CacheKey.Length).SequenceEqual(key.Bytes)) return null;
        long readAt = source.Int64(), levelAt = source.Int64();
        if (source.IsBad || !IsTime(readAt) || (levelAt != NotKnown && !IsTime(levelAt))) return null;
        return new EntryTime(At(readAt), levelAt == NotKnown ? null : At(levelAt));

        static bool IsTime(long ticks) => ticks >= 0 && ticks <= DateTime.MaxValue.Ticks;
        static DateTimeOffset At(long ticks) => new(ticks, TimeSpan.Zero);
    }

    private static CachedResult? ReadResult(ref ByteSource source, ValueCodec codec)
    {
        int count = source.Count();
        if (source.IsBad || count > MaxColumns) return null;
        var columns = new CachedColumn[count];
        for (int i = 0; i < count; i++)
        {
            string name = source.Text(), dataType = source.Text(), typeName = source.Text();
            if (source.IsBad || codec.TypeNamed(typeName) is not { } type) return null;
            columns[i] = new CachedColumn(name, dataType, type);
        }

        var rows = new List<object[]>();
        byte mark = source.Byte();
        for (; mark == Row; mark = source.Byte())
        {
            var row = new object[count];
            for (int i = 0; i < count; i++) row[i] = codec.Read(ref source);
            if (source.IsBad) return null;
            rows.Add(row);
        }

        return mark == EndOfRows ? new CachedResult(columns, rows) : null;
    }
}
