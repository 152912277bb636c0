using System.Collections.ObjectModel;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace DbBreaker.Fallback.Cache;

// Everything that a row holds is the driver's own answer. What was decoded for the entry is not decoded again.
internal sealed partial class RecordingReader : IDbColumnSchemaGenerator
{
    private const byte Text = 19;

    private static readonly RowSlot _nothing;

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
        ref readonly RowSlot held = ref At(ordinal);
        return held.Held == 1 ? held.Bits != 0 : _inner.GetBoolean(ordinal);
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
        ref readonly RowSlot held = ref At(ordinal);
        return held.Held == 14 ? held.Time : _inner.GetDateTime(ordinal);
    }

    public override decimal GetDecimal(int ordinal)
    {
        ref readonly RowSlot held = ref At(ordinal);
        return held.Held == 12 ? held.Decimal : _inner.GetDecimal(ordinal);
    }

    public override double GetDouble(int ordinal)
    {
        ref readonly RowSlot held = ref At(ordinal);
        return held.Held == 11 ? BitConverter.Int64BitsToDouble(held.Bits) : _inner.GetDouble(ordinal);
    }

    [return: DynamicallyAccessedMembers(
        DynamicallyAccessedMemberTypes.PublicFields | DynamicallyAccessedMemberTypes.PublicProperties)]
    public override Type GetFieldType(int ordinal) => _inner.GetFieldType(ordinal);

    // The compiler of machine code knows T, and keeps the one line that is for it, without a box.
    public override T GetFieldValue<T>(int ordinal)
    {
        byte held = At(ordinal).Held;
        if (typeof(T) == typeof(int) && held == 6) return (T)(object)GetInt32(ordinal);
        if (typeof(T) == typeof(long) && held == 8) return (T)(object)GetInt64(ordinal);
        if (typeof(T) == typeof(bool) && held == 1) return (T)(object)GetBoolean(ordinal);
        if (typeof(T) == typeof(decimal) && held == 12) return (T)(object)GetDecimal(ordinal);
        if (typeof(T) == typeof(Guid) && held == 13) return (T)(object)GetGuid(ordinal);
        if (typeof(T) == typeof(DateTime) && held == 14) return (T)(object)GetDateTime(ordinal);
        return typeof(T) == typeof(string) && held == Text
            ? (T)(object)GetString(ordinal) : _inner.GetFieldValue<T>(ordinal);
    }

    public override Task<T> GetFieldValueAsync<T>(int ordinal, CancellationToken cancellationToken) =>
        _inner.GetFieldValueAsync<T>(ordinal, cancellationToken);

    public override float GetFloat(int ordinal)
    {
        ref readonly RowSlot held = ref At(ordinal);
        return held.Held == 10 ? BitConverter.Int32BitsToSingle((int)held.Bits) : _inner.GetFloat(ordinal);
    }

    public override Guid GetGuid(int ordinal)
    {
        ref readonly RowSlot held = ref At(ordinal);
        return held.Held == 13 ? held.Guid : _inner.GetGuid(ordinal);
    }

    public override short GetInt16(int ordinal)
    {
        ref readonly RowSlot held = ref At(ordinal);
        return held.Held == 4 ? (short)held.Bits : _inner.GetInt16(ordinal);
    }

    public override int GetInt32(int ordinal)
    {
        ref readonly RowSlot held = ref At(ordinal);
        return held.Held == 6 ? (int)held.Bits : _inner.GetInt32(ordinal);
    }

    public override long GetInt64(int ordinal)
    {
        ref readonly RowSlot held = ref At(ordinal);
        return held.Held == 8 ? held.Bits : _inner.GetInt64(ordinal);
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

    public override string GetString(int ordinal) =>
        At(ordinal) is { Held: Text, Text: { } text } ? text : _inner.GetString(ordinal);

    public override TextReader GetTextReader(int ordinal) => _inner.GetTextReader(ordinal);

    public override object GetValue(int ordinal) =>
        At(ordinal) is { Held: Text, Text: { } text } ? text : _inner.GetValue(ordinal);

    public override int GetValues(object[] values) => _inner.GetValues(values);

    public override bool IsDBNull(int ordinal)
    {
        byte held = At(ordinal).Held;
        return held == RowSlot.Unknown ? _inner.IsDBNull(ordinal) : held == RowSlot.Null;
    }

    public override Task<bool> IsDBNullAsync(int ordinal, CancellationToken cancellationToken) =>
        _inner.IsDBNullAsync(ordinal, cancellationToken);

    protected override DbDataReader GetDbDataReader(int ordinal) => _inner.GetData(ordinal);

    private ref readonly RowSlot At(int ordinal)
    {
        RowSlot[] row = _recorder.Row;
        return ref (uint)ordinal < (uint)row.Length ? ref row[ordinal] : ref _nothing;
    }
}
