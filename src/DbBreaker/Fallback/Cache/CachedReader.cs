using System.Collections;
using System.Data.Common;
using DbBreaker.Fallback.Cache.Values;

namespace DbBreaker.Fallback.Cache;

/// <summary>Hands out the rows of an entry as the driver's reader handed them out when they were recorded. For one
/// caller at a time; entries are never changed, so mutable values are given as copies.</summary>
internal sealed partial class CachedReader(CacheEntry entry, DbProviderAdapter adapter) : DbDataReader
{
    private int _result;
    private int _row = -1;
    private bool _isClosed;

    public override int Depth => 0;

    public override bool IsClosed => _isClosed;

    /// <summary>Only what reads is kept.</summary>
    public override int RecordsAffected => -1;

    public override int FieldCount => Result?.Columns.Length ?? 0;

    public override bool HasRows => Result is { Rows.Count: > 0 };

    private CachedResult? Result
    {
        get
        {
            if (_isClosed) throw new InvalidOperationException("The reader is closed.");
            return _result < entry.Results.Count ? entry.Results[_result] : null;
        }
    }

    public override bool Read()
    {
        if (Result is not { } result) return false;
        if (_row < result.Rows.Count) _row++;
        return _row < result.Rows.Count;
    }

    public override Task<bool> ReadAsync(CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested
        ? Task.FromCanceled<bool>(cancellationToken)
        : Task.FromResult(Read());

    public override bool NextResult()
    {
        if (Result is null) return false;
        _result++;
        _row = -1;
        return Result is not null;
    }

    public override Task<bool> NextResultAsync(CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested
            ? Task.FromCanceled<bool>(cancellationToken)
            : Task.FromResult(NextResult());

    public override void Close() => _isClosed = true;

    public override Task CloseAsync()
    {
        _isClosed = true;
        return Task.CompletedTask;
    }

    public override IEnumerator GetEnumerator() => new DbEnumerator(this, closeReader: false);

    protected override void Dispose(bool disposing)
    {
        _isClosed = true;
        base.Dispose(disposing);
    }

    private object Value(int ordinal)
    {
        CachedResult result = Result ?? throw NoRow();
        if ((uint)ordinal >= (uint)result.Columns.Length)
            throw NoColumn($"{ordinal}");
        if ((uint)_row >= (uint)result.Rows.Count) throw NoRow();
        return result.Rows[_row][ordinal];
    }

    private T Value<T>(int ordinal)
    {
        object value = Value(ordinal);
        if (value is not LabelledEnum) value = Own(value is ArrayWithNulls withNulls ? withNulls.Array : value);
        return ValueConversion.To<T>(value, adapter);
    }

    // The caller may change what it got; other readers of the entry must not see that.
    private static object Own(object value) => value switch
    {
        byte[] { Length: > 0 } or Array { Length: > 0 } => ((Array)value).Clone(),
        BitArray bits => bits.Clone(),
        LabelledEnum mapped => mapped.Value,
        ArrayWithNulls => throw new InvalidCastException(
            "The array holds nulls; read it with GetFieldValue and a nullable type of element."),
        _ => value,
    };

    private static InvalidOperationException NoRow() => new("No row is available: Read has to return true first.");
}
