using DbBreaker.Fallback.Cache.Values;

namespace DbBreaker.Fallback.Cache;

/// <summary>
/// An entry's bytes: magic and version, checksum, key, time, then each result as its columns and rows. Every count
/// comes before what it counts, so that nothing is taken for what it is not; a reader of another version sees a miss.
/// </summary>
internal static class EntryFormat
{
    /// <summary>"DBR" and the version.</summary>
    public const int Magic = 0x01524244;

    /// <summary>Magic and checksum; the checksum covers what follows.</summary>
    public const int HeaderLength = 8;

    public const byte Row = 1, EndOfRows = 2, NextResult = 3, End = 4;

    private const int MaxColumns = 8192;

    /// <summary>Reads an entry, or returns null when the bytes are damaged, foreign, of another version or of another
    /// key.</summary>
    public static CacheEntry? TryRead(ReadOnlySpan<byte> bytes, in CacheKey key, ValueCodec codec)
    {
        var source = new ByteSource(bytes);
        if (source.Int32() != Magic) return null;
        uint checksum = (uint)source.Int32();
        if (source.IsBad || CacheWriter.Checksum(bytes[HeaderLength..]) != checksum) return null;
        if (!source.Raw(CacheKey.Length).SequenceEqual(key.Bytes)) return null;
        long ticks = source.Int64();
        if (source.IsBad || ticks < 0 || ticks > DateTime.MaxValue.Ticks) return null;
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
            ? new CacheEntry(new DateTimeOffset(ticks, TimeSpan.Zero), results)
            : null;
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
