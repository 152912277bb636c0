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
    private ValueKind?[] _kinds = [];
    private RowSlot[] _row = [];
    private bool _isInResult;
    private int _rows;

    public EntryRecorder(
        in CacheKey key, DateTimeOffset now, ValueCodec codec, DbFallbackCacheOptions limits, bool hasFixedTypes)
    {
        _codec = codec;
        _limits = limits;
        _hasFixedTypes = hasFixedTypes;
        _writer.Int32(EntryFormat.Magic);
        _writer.Int32(0);
        _writer.Raw(key.Bytes);
        _writer.Int64(now.UtcTicks);
    }

    /// <summary>Why there will be no entry; null while there may be one.</summary>
    public string? Problem { get; private set; }

    public bool IsRecording => Problem is null;

    /// <summary>The values of the row that was added last; empty between rows.</summary>
    public RowSlot[] Row { get; private set; } = [];

    public void BeginResult(DbDataReader reader)
    {
        _writer.Count(reader.FieldCount);
        _kinds = new ValueKind?[reader.FieldCount];
        _row = new RowSlot[reader.FieldCount];
        Row = [];
        _isInResult = true;
        for (int i = 0; i < _kinds.Length; i++)
        {
            Type type = reader.GetFieldType(i);
            if (_codec.NameOf(type) is not { } name)
            {
                Abandon($"column {i + 1} is of the type {type.Name}, which rows in the cache cannot hold");
                return;
            }

            _kinds[i] = _hasFixedTypes ? ValueKinds.Of(type) : null;
            _writer.Text(reader.GetName(i));
            _writer.Text(reader.GetDataTypeName(i));
            _writer.Text(name);
        }
    }

    public void AddRow(DbDataReader reader)
    {
        if (++_rows > _limits.MaxEntryRows)
        {
            Abandon($"it has more than {_limits.MaxEntryRows} rows (MaxEntryRows)");
            return;
        }

        _writer.Byte(EntryFormat.Row);
        for (int i = 0; i < _kinds.Length && Problem is null; i++)
        {
            ref RowSlot slot = ref _row[i];
            if (reader.IsDBNull(i))
            {
                slot.Held = RowSlot.Null;
                _writer.Byte(ValueCodec.Null);
            }
            else if (_kinds[i] is not { } kind || !TryAddTyped(reader, i, kind.Tag, ref slot))
            {
                slot.Held = RowSlot.Unknown;
                AddAny(reader, i);
            }
        }

        if (Problem is null) Row = _row;

        if (_writer.Length > _limits.MaxEntryBytes)
            Abandon($"it takes more than {_limits.MaxEntryBytes} bytes (MaxEntryBytes)");
    }

    public void EndResult()
    {
        if (!_isInResult) return;
        _isInResult = false;
        Row = [];
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
        Row = [];
        _writer.Dispose();
    }

    public void Dispose() => _writer.Dispose();

    // Without a box for the types that most columns have.
    private bool TryAddTyped(DbDataReader reader, int i, byte tag, ref RowSlot slot)
    {
        CacheWriter w = _writer;
        switch (tag)
        {
            case 6: w.Tagged(tag, (int)(slot.Bits = reader.GetInt32(i))); break;
            case 8: w.Tagged(tag, slot.Bits = reader.GetInt64(i)); break;
            case 10: w.Tagged(tag, (int)(slot.Bits = BitConverter.SingleToInt32Bits(reader.GetFloat(i)))); break;
            case 11: w.Tagged(tag, slot.Bits = BitConverter.DoubleToInt64Bits(reader.GetDouble(i))); break;
            case 1 or 4 or 12 or 13 or 14 or 19: AddOther(w, reader, i, tag, ref slot); break;
            default: return false;
        }

        slot.Held = tag;
        return true;
    }

    private static void AddOther(CacheWriter w, DbDataReader reader, int i, byte tag, ref RowSlot slot)
    {
        w.Byte(tag);
        switch (tag)
        {
            case 1: w.Byte((byte)(slot.Bits = reader.GetBoolean(i) ? 1 : 0)); break;
            case 4: w.UInt16((ushort)(slot.Bits = reader.GetInt16(i))); break;
            case 12: ValueKinds.WriteDecimal(w, slot.Decimal = reader.GetDecimal(i)); break;
            case 13: ValueKinds.WriteGuid(w, slot.Guid = reader.GetGuid(i)); break;
            case 14: ValueKinds.WriteDateTime(w, slot.Time = reader.GetDateTime(i)); break;
            default: w.Text(slot.Text = reader.GetString(i)); break;
        }
    }

    private void AddAny(DbDataReader reader, int i)
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

        if (!_codec.TryWrite(_writer, value))
            Abandon($"column {i + 1} holds a {value.GetType().Name}, which rows in the cache cannot hold");
    }
}
