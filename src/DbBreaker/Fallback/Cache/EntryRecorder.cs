using System.Data.Common;
using DbBreaker.Fallback.Cache.Values;

namespace DbBreaker.Fallback.Cache;

/// <summary>
/// Writes an entry while its rows are read. What cannot be kept ends the recording and says why; the caller's reading
/// goes on. For one caller at a time, like the reader.
/// </summary>
internal sealed class EntryRecorder : IDisposable
{
    private const int ChecksumOffset = 4;

    private readonly ValueCodec _codec;
    private readonly DbFallbackCacheOptions _limits;
    private readonly bool _hasFixedTypes;
    private readonly CacheWriter _writer = new();
    private RowSlot[] _row = [];
    private bool _isInResult;
    private int _rows;

    public EntryRecorder(
        CacheKey key, EntryTime time, ValueCodec codec, DbFallbackCacheOptions limits, bool hasFixedTypes)
    {
        _codec = codec;
        _limits = limits;
        _hasFixedTypes = hasFixedTypes;
        _writer.Int32(EntryFormat.Magic);
        _writer.Int32(0);
        _writer.Raw(key.Bytes);
        EntryFormat.WriteTime(_writer, time);
    }

    /// <summary>Why there will be no entry; null while there may be one.</summary>
    public string? Problem { get; private set; }

    public bool IsRecording => Problem is null;

    /// <summary>The row that the caller is at, column by column; empty when nothing is noted any more.</summary>
    public RowSlot[] Row => IsRecording && _isInResult ? _row : [];

    public void BeginResult(DbDataReader reader)
    {
        _writer.Count(reader.FieldCount);
        _row = new RowSlot[reader.FieldCount];
        _isInResult = true;
        for (int i = 0; i < _row.Length; i++)
        {
            Type type = reader.GetFieldType(i);
            if (_codec.NameOf(type) is not { } name)
            {
                Abandon($"column {i + 1} is of the type {type.Name}, which rows in the cache cannot hold");
                return;
            }

            if (_hasFixedTypes && ValueKinds.Of(type) is { } kind && RowSlot.Fits(kind.Tag)) _row[i].Tag = kind.Tag;
            _writer.Text(reader.GetName(i));
            _writer.Text(reader.GetDataTypeName(i));
            _writer.Text(name);
        }
    }

    /// <summary>Adds the row that the caller is at: it goes on.</summary>
    public void AddRow(DbDataReader reader)
    {
        if (++_rows > _limits.MaxEntryRows)
        {
            Abandon($"it has more than {_limits.MaxEntryRows} rows (MaxEntryRows)");
            return;
        }

        _writer.Byte(EntryFormat.Row);
        RowSlot[] row = _row;
        for (int i = 0; i < row.Length; i++)
        {
            ref RowSlot slot = ref row[i];
            if (slot.Held == RowSlot.Unknown)
            {
                if (reader.IsDBNull(i)) slot.Held = RowSlot.Null;
                else if (slot.Tag != 0) slot.Take(reader, i);
                else if (TryAddAny(reader, i)) continue;
                else return;
            }

            slot.WriteTo(_writer);
        }

        if (_writer.Length > _limits.MaxEntryBytes)
            Abandon($"it takes more than {_limits.MaxEntryBytes} bytes (MaxEntryBytes)");
    }

    public void EndResult()
    {
        if (!_isInResult) return;
        _isInResult = false;
        _writer.Byte(EntryFormat.EndOfRows);
    }

    public void NextResult() => _writer.Byte(EntryFormat.NextResult);

    /// <summary>The finished entry; the recording is over.</summary>
    public byte[] Finish()
    {
        _writer.Byte(EntryFormat.End);
        _writer.Patch(ChecksumOffset, (int)_writer.ChecksumFrom(EntryFormat.HeaderLength));
        return _writer.Written.ToArray();
    }

    public void Abandon(string why)
    {
        Problem ??= why;
        _writer.Dispose();
    }

    public void Dispose() => _writer.Dispose();

    private bool TryAddAny(DbDataReader reader, int i)
    {
        object value;
        try
        {
            value = reader.GetValue(i);
        }
        catch (InvalidCastException) when (_codec.Adapter.ReadArrayWithNulls(reader, i) is { } array)
        {
            value = new ArrayWithNulls(array);
        }

        if (_codec.TryWrite(_writer, value) || EnumCodec.TryWrite(_writer, value, reader, i, _codec.Adapter))
            return true;
        Abandon($"column {i + 1} holds a {value.GetType().Name}, which rows in the cache cannot hold");
        return false;
    }
}
