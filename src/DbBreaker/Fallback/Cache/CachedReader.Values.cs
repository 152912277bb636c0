using System.Data;
using System.Data.Common;
using System.Text;

namespace DbBreaker.Fallback.Cache;

// Values by every getter that ADO.NET has.
internal sealed partial class CachedReader
{
    public override object this[int ordinal] => GetValue(ordinal);

    public override object this[string name] => GetValue(GetOrdinal(name));

    public override object GetValue(int ordinal) => Own(Value(ordinal));

    public override object GetProviderSpecificValue(int ordinal) => GetValue(ordinal);

    public override int GetValues(object[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        int count = Math.Min(values.Length, FieldCount);
        for (int i = 0; i < count; i++) values[i] = GetValue(i);
        return count;
    }

    public override int GetProviderSpecificValues(object[] values) => GetValues(values);

    public override bool IsDBNull(int ordinal) => Value(ordinal) is DBNull;

    public override Task<bool> IsDBNullAsync(int ordinal, CancellationToken cancellationToken) =>
        Task.FromResult(IsDBNull(ordinal));

    public override T GetFieldValue<T>(int ordinal) => Value<T>(ordinal);

    public override Task<T> GetFieldValueAsync<T>(int ordinal, CancellationToken cancellationToken) =>
        Task.FromResult(Value<T>(ordinal));

    public override bool GetBoolean(int ordinal) => Value<bool>(ordinal);

    public override byte GetByte(int ordinal) => Value<byte>(ordinal);

    public override char GetChar(int ordinal) => Value<char>(ordinal);

    public override DateTime GetDateTime(int ordinal) => Value<DateTime>(ordinal);

    public override decimal GetDecimal(int ordinal) => Value<decimal>(ordinal);

    public override double GetDouble(int ordinal) => Value<double>(ordinal);

    public override float GetFloat(int ordinal) => Value<float>(ordinal);

    public override Guid GetGuid(int ordinal) => Value<Guid>(ordinal);

    public override short GetInt16(int ordinal) => Value<short>(ordinal);

    public override int GetInt32(int ordinal) => Value<int>(ordinal);

    public override long GetInt64(int ordinal) => Value<long>(ordinal);

    public override string GetString(int ordinal) => Value<string>(ordinal);

    public override Stream GetStream(int ordinal) => Value<Stream>(ordinal);

    public override TextReader GetTextReader(int ordinal) => Value<TextReader>(ordinal);

    public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length)
    {
        object value = Value(ordinal);
        byte[] bytes = value as byte[] ?? (value is string text
            ? Encoding.UTF8.GetBytes(text) : Value<byte[]>(ordinal));
        return Copy<byte>(bytes, dataOffset, buffer, bufferOffset, length);
    }

    public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) =>
        Copy<char>(Value<string>(ordinal), dataOffset, buffer, bufferOffset, length);

    protected override DbDataReader GetDbDataReader(int ordinal) =>
        throw new NotSupportedException("Rows in the cache hold no nested readers.");

    private static long Copy<T>(ReadOnlySpan<T> from, long offset, T[]? buffer, int bufferOffset, int length)
    {
        if (buffer is null) return from.Length;
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bufferOffset, buffer.Length);
        if (offset >= from.Length) return 0;
        int count = (int)Math.Min(Math.Min(length, from.Length - offset), buffer.Length - bufferOffset);
        from.Slice((int)offset, count).CopyTo(buffer.AsSpan(bufferOffset));
        return count;
    }
}
