using System.Collections.ObjectModel;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace DbBreaker.Fallback.Cache;

// Everything that a row holds is the driver's own answer, noted as it passes.
internal sealed partial class RecordingReader : IDbColumnSchemaGenerator
{
    private const byte Text = 19;

    private RowSlot _nothing; // Without a tag, so nothing is ever noted in it.

    public override int Depth => _inner.Depth;

    public override int FieldCount => _inner.FieldCount;

    public override int VisibleFieldCount => _inner.VisibleFieldCount;

    public override bool HasRows => _inner.HasRows;

    public override bool IsClosed => _isClosed || _inner.IsClosed;

    public override int RecordsAffected => _inner.RecordsAffected;

    public override object this[int ordinal] => GetValue(ordinal);

    public override object this[string name] => GetValue(_inner.GetOrdinal(name));

    public override bool GetBoolean(int ordinal)
    {
        ref RowSlot slot = ref At(ordinal);
        if (slot.Held == 1) return slot.Bits != 0;
        bool value = _inner.GetBoolean(ordinal);
        if (slot.Tag != 1) return value;
        slot.Bits = value ? 1 : 0;
        slot.Held = 1;
        return value;
    }

    public override byte GetByte(int ordinal) => _inner.GetByte(ordinal);

    public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length) =>
        _inner.GetBytes(ordinal, dataOffset, buffer, bufferOffset, length);

    public override char GetChar(int ordinal) => _inner.GetChar(ordinal);

    public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) =>
        _inner.GetChars(ordinal, dataOffset, buffer, bufferOffset, length);

    public override string GetDataTypeName(int ordinal) => _inner.GetDataTypeName(ordinal);

    public override DateTime GetDateTime(int ordinal)
    {
        ref RowSlot slot = ref At(ordinal);
        if (slot.Held == 14) return slot.Time;
        DateTime value = _inner.GetDateTime(ordinal);
        if (slot.Tag != 14) return value;
        slot.Time = value;
        slot.Held = 14;
        return value;
    }

    public override decimal GetDecimal(int ordinal)
    {
        ref RowSlot slot = ref At(ordinal);
        if (slot.Held == 12) return slot.Decimal;
        decimal value = _inner.GetDecimal(ordinal);
        if (slot.Tag != 12) return value;
        slot.Decimal = value;
        slot.Held = 12;
        return value;
    }

    public override double GetDouble(int ordinal)
    {
        ref RowSlot slot = ref At(ordinal);
        if (slot.Held == 11) return BitConverter.Int64BitsToDouble(slot.Bits);
        double value = _inner.GetDouble(ordinal);
        if (slot.Tag != 11) return value;
        slot.Bits = BitConverter.DoubleToInt64Bits(value);
        slot.Held = 11;
        return value;
    }

    [return: DynamicallyAccessedMembers(
        DynamicallyAccessedMemberTypes.PublicFields | DynamicallyAccessedMemberTypes.PublicProperties)]
    public override Type GetFieldType(int ordinal) => _inner.GetFieldType(ordinal);

    // The compiler of machine code knows T, and keeps the one line that is for it, without a box.
    public override T GetFieldValue<T>(int ordinal)
    {
        byte tag = At(ordinal).Tag;
        if (typeof(T) == typeof(int) && tag == 6) return (T)(object)GetInt32(ordinal);
        if (typeof(T) == typeof(long) && tag == 8) return (T)(object)GetInt64(ordinal);
        if (typeof(T) == typeof(bool) && tag == 1) return (T)(object)GetBoolean(ordinal);
        if (typeof(T) == typeof(decimal) && tag == 12) return (T)(object)GetDecimal(ordinal);
        if (typeof(T) == typeof(Guid) && tag == 13) return (T)(object)GetGuid(ordinal);
        if (typeof(T) == typeof(DateTime) && tag == 14) return (T)(object)GetDateTime(ordinal);
        return typeof(T) == typeof(string) && tag == Text
            ? (T)(object)GetString(ordinal) : _inner.GetFieldValue<T>(ordinal);
    }

    public override Task<T> GetFieldValueAsync<T>(int ordinal, CancellationToken cancellationToken) =>
        _inner.GetFieldValueAsync<T>(ordinal, cancellationToken);

    public override float GetFloat(int ordinal)
    {
        ref RowSlot slot = ref At(ordinal);
        if (slot.Held == 10) return BitConverter.Int32BitsToSingle((int)slot.Bits);
        float value = _inner.GetFloat(ordinal);
        if (slot.Tag != 10) return value;
        slot.Bits = BitConverter.SingleToInt32Bits(value);
        slot.Held = 10;
        return value;
    }

    public override Guid GetGuid(int ordinal)
    {
        ref RowSlot slot = ref At(ordinal);
        if (slot.Held == 13) return slot.Guid;
        Guid value = _inner.GetGuid(ordinal);
        if (slot.Tag != 13) return value;
        slot.Guid = value;
        slot.Held = 13;
        return value;
    }

    public override short GetInt16(int ordinal)
    {
        ref RowSlot slot = ref At(ordinal);
        if (slot.Held == 4) return (short)slot.Bits;
        short value = _inner.GetInt16(ordinal);
        if (slot.Tag != 4) return value;
        slot.Bits = value;
        slot.Held = 4;
        return value;
    }

    public override int GetInt32(int ordinal)
    {
        ref RowSlot slot = ref At(ordinal);
        if (slot.Held == 6) return (int)slot.Bits;
        int value = _inner.GetInt32(ordinal);
        if (slot.Tag != 6) return value;
        slot.Bits = value;
        slot.Held = 6;
        return value;
    }

    public override long GetInt64(int ordinal)
    {
        ref RowSlot slot = ref At(ordinal);
        if (slot.Held == 8) return slot.Bits;
        long value = _inner.GetInt64(ordinal);
        if (slot.Tag != 8) return value;
        slot.Bits = value;
        slot.Held = 8;
        return value;
    }

    public override string GetName(int ordinal) => _inner.GetName(ordinal);

    public override int GetOrdinal(string name) => _inner.GetOrdinal(name);

    [return: DynamicallyAccessedMembers(
        DynamicallyAccessedMemberTypes.PublicFields | DynamicallyAccessedMemberTypes.PublicProperties)]
    public override Type GetProviderSpecificFieldType(int ordinal) => _inner.GetProviderSpecificFieldType(ordinal);

    public override object GetProviderSpecificValue(int ordinal) => _inner.GetProviderSpecificValue(ordinal);

    public override int GetProviderSpecificValues(object[] values) => _inner.GetProviderSpecificValues(values);

    public override DataTable? GetSchemaTable() => _inner.GetSchemaTable();

    public override Task<DataTable?> GetSchemaTableAsync(CancellationToken cancellationToken = default) =>
        _inner.GetSchemaTableAsync(cancellationToken);

    public ReadOnlyCollection<DbColumn> GetColumnSchema() => DbDataReaderExtensions.GetColumnSchema(_inner);

    public override Task<ReadOnlyCollection<DbColumn>> GetColumnSchemaAsync(
        CancellationToken cancellationToken = default) =>
        _inner.GetColumnSchemaAsync(cancellationToken);

    public override Stream GetStream(int ordinal) => _inner.GetStream(ordinal);

    public override string GetString(int ordinal)
    {
        ref RowSlot slot = ref At(ordinal);
        if (slot.Held == Text) return slot.Text!;
        string value = _inner.GetString(ordinal);
        if (slot.Tag != Text) return value;
        slot.Text = value;
        slot.Held = Text;
        return value;
    }

    public override TextReader GetTextReader(int ordinal) => _inner.GetTextReader(ordinal);

    public override object GetValue(int ordinal)
    {
        ref RowSlot slot = ref At(ordinal);
        if (slot.Held == Text) return slot.Text!;
        object value = _inner.GetValue(ordinal);
        slot.Take(value);
        return value;
    }

    public override int GetValues(object[] values) => _inner.GetValues(values);

    public override bool IsDBNull(int ordinal)
    {
        ref RowSlot slot = ref At(ordinal);
        if (slot.Held != RowSlot.Unknown) return slot.Held == RowSlot.Null;
        bool isNull = _inner.IsDBNull(ordinal);
        if (isNull && slot.Tag != 0) slot.Held = RowSlot.Null;
        return isNull;
    }

    public override Task<bool> IsDBNullAsync(int ordinal, CancellationToken cancellationToken) =>
        _inner.IsDBNullAsync(ordinal, cancellationToken);

    protected override DbDataReader GetDbDataReader(int ordinal) => _inner.GetData(ordinal);

    private ref RowSlot At(int ordinal)
    {
        RowSlot[] row = _row;
        return ref (uint)ordinal < (uint)row.Length ? ref row[ordinal] : ref _nothing;
    }
}
