using System.Data;
using System.Data.Common;
using DbBreaker.Fallback;
using DbBreaker.Fallback.Cache;

namespace DbBreaker.Data;

/// <summary>The driver's command or batch, one of them, and how it is executed this time.</summary>
internal readonly record struct Query(
    DbCommand? Command, DbBatch? Batch, CommandBehavior Behavior = default, CachedRead? Cached = null)
{
    /// <summary>Whether the rows are noted for the cache as they pass.</summary>
    public bool IsRecorded => Cached is { IsRecorded: true };

    /// <summary>What decides which rows come.</summary>
    public QueryShape ShapeOf(bool isScalar) => Command is not null
        ? new QueryShape(Command, Behavior, isScalar, Command.CommandText)
        : new QueryShape(Batch!, Behavior, isScalar);

    /// <summary>The same read as the fallback's links see it.</summary>
    public DbFallbackCall ToCall(DbGuard guard) => Command is not null
        ? new DbFallbackCall(guard, Command, Behavior) { Cached = Cached }
        : new DbFallbackCall(guard, Batch!, Behavior) { Cached = Cached };

    public DbDataReader Read() => CachedRead.Record(
        Command is not null ? Command.ExecuteReader(Behavior) : Batch!.ExecuteReader(Behavior), Cached);

    public Task<DbDataReader> ReadAsync(CancellationToken cancellationToken)
    {
        Task<DbDataReader> reading = Command is not null
            ? Command.ExecuteReaderAsync(Behavior, cancellationToken)
            : Batch!.ExecuteReaderAsync(Behavior, cancellationToken);
        return IsRecorded ? RecordAsync(reading, Cached) : reading;

        static async Task<DbDataReader> RecordAsync(Task<DbDataReader> reading, CachedRead? cached) =>
            CachedRead.Record(await reading.ConfigureAwait(false), cached);
    }

    public object? Scalar()
    {
        if (IsRecorded) return FallbackRead.Scalar(Read());
        return Command is not null ? Command.ExecuteScalar() : Batch!.ExecuteScalar();
    }

    public Task<object?> ScalarAsync(CancellationToken cancellationToken)
    {
        if (IsRecorded) return RecordAsync(ReadAsync(cancellationToken), cancellationToken);
        return Command is not null
            ? Command.ExecuteScalarAsync(cancellationToken)
            : Batch!.ExecuteScalarAsync(cancellationToken);

        static async Task<object?> RecordAsync(Task<DbDataReader> reading, CancellationToken cancellationToken) =>
            await FallbackRead.ScalarAsync(await reading.ConfigureAwait(false), cancellationToken)
                .ConfigureAwait(false);
    }

    public int Change() => Command is not null ? Command.ExecuteNonQuery() : Batch!.ExecuteNonQuery();

    public Task<int> ChangeAsync(CancellationToken cancellationToken) => Command is not null
        ? Command.ExecuteNonQueryAsync(cancellationToken)
        : Batch!.ExecuteNonQueryAsync(cancellationToken);

    public bool Prepare()
    {
        if (Command is not null) Command.Prepare();
        else Batch!.Prepare();
        return true;
    }

    public Task<bool> PrepareAsync(CancellationToken cancellationToken) => GuardedOperation.Completed(
        Command is not null ? Command.PrepareAsync(cancellationToken) : Batch!.PrepareAsync(cancellationToken));
}
