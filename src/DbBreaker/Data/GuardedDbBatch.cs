using System.Data;
using System.Data.Common;
using DbBreaker.Data;
using DbBreaker.Fallback;
using DbBreaker.Fallback.Cache;

namespace DbBreaker;

/// <summary>
/// A driver's batch behind a guard. Executing asks the guard of the connection first; batch commands, parameters and
/// readers are the driver's own. Like the driver's batch, it serves one caller at a time, except for
/// <see cref="Cancel"/>.
/// </summary>
public sealed class GuardedDbBatch : DbBatch
{
    private readonly DbBatch _inner;
    private CommandTarget _target;
    private FallbackRead? _read;

    // SqlBatch makes its list of commands when somebody asks for it, and its errors depend on whether there is one.
    private bool _mayHaveCommands;

    internal GuardedDbBatch(DbBatch inner, GuardedDbConnection? connection)
    {
        _inner = inner;
        _target.Connection = connection;
    }

    /// <summary>Gets the driver's batch. Executing it here bypasses the guard.</summary>
    public DbBatch Inner
    {
        get
        {
            _mayHaveCommands = true;
            return _inner;
        }
    }

    /// <summary>Gets where the rows of the latest execution came from, and how old they may be, when the guard's
    /// fallback gave them; null when they are the primary's.</summary>
    public DbReadOrigin? FallbackOrigin => _read?.Origin;

    /// <summary>Gets or sets whether the batch's rows are kept, and may answer it while neither the primary nor a
    /// replica can; null leaves that to the flow's <see cref="DbReadScope"/>. The reader of such a batch is not the
    /// driver's own type. It has no effect without
    /// <see cref="DbGuardOptions.FallbackToCache(Action{DbFallbackCacheOptions}?)"/> and within a
    /// transaction.</summary>
    /// <value>The default value is null.</value>
    public DbFallbackCacheRequest? FallbackCache { get; set; }

    /// <inheritdoc/>
    protected override DbBatchCommandCollection DbBatchCommands => Inner.BatchCommands;

    /// <inheritdoc/>
    public override int Timeout
    {
        get => _inner.Timeout;
        set => _inner.Timeout = value;
    }

    /// <inheritdoc/>
    protected override DbConnection? DbConnection
    {
        get => _target.ConnectionOf(_inner.Connection);
        set
        {
            GuardedDbConnection? connection = CommandTarget.Guarded(value);
            _inner.Connection = connection?.Inner;
            _target.Connection = connection;
        }
    }

    /// <inheritdoc/>
    protected override DbTransaction? DbTransaction
    {
        get => _target.TransactionOf(_inner.Transaction);
        set
        {
            _inner.Transaction = CommandTarget.Unwrap(value);
            _target.Transaction = value;
        }
    }

    /// <inheritdoc/>
    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) =>
        Read(static s => CachedRead.Record(s.Inner.ExecuteReader(s.Behavior), s.Cached), static reader =>
            reader, behavior);

    /// <inheritdoc/>
    protected override Task<DbDataReader> ExecuteDbDataReaderAsync(
        CommandBehavior behavior, CancellationToken cancellationToken) =>
        ReadAsync(
            static (s, token) => s.Cached is null
                ? s.Inner.ExecuteReaderAsync(s.Behavior, token)
                : RecordAsync(s, token),
            static (reader, _) => Task.FromResult(reader),
            cancellationToken,
            behavior);

    /// <inheritdoc/>
    public override int ExecuteNonQuery() => Execute(static s => s.Inner.ExecuteNonQuery());

    /// <inheritdoc/>
    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken = default) =>
        ExecuteAsync(static (s, token) => s.Inner.ExecuteNonQueryAsync(token), cancellationToken);

    /// <inheritdoc/>
    public override object? ExecuteScalar() =>
        Read(
            static s => s.Cached is { IsRecorded: true }
                ? FallbackRead.Scalar(CachedRead.Record(s.Inner.ExecuteReader(s.Behavior), s.Cached))
                : s.Inner.ExecuteScalar(),
            FallbackRead.Scalar,
            CommandBehavior.Default,
            isScalar: true);

    /// <inheritdoc/>
    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken = default) =>
        ReadAsync(
            static (s, token) => s.Cached is { IsRecorded: true }
                ? RecordScalarAsync(s, token)
                : s.Inner.ExecuteScalarAsync(token),
            FallbackRead.ScalarAsync,
            cancellationToken,
            isScalar: true);

    /// <inheritdoc/>
    public override void Prepare()
    {
        // There is no session yet to prepare it in; whoever answers the command does without.
        if (_target.Session is { IsDeferred: true, FallsBack: true }) return;
        GuardedOperation.Run(_target.Session, _target.Local, _inner, static b =>
        {
            b.Prepare();
            return true;
        });
    }

    /// <inheritdoc/>
    public override Task PrepareAsync(CancellationToken cancellationToken = default) =>
        _target.Session is { IsDeferred: true, FallsBack: true } ? Task.CompletedTask : GuardedOperation.RunAsync(
            _target.Session,
            _target.Local,
            _inner,
            static (b, token) => GuardedOperation.Completed(b.PrepareAsync(token)),
            cancellationToken);

    /// <inheritdoc/>
    public override void Cancel()
    {
        _inner.Cancel();
        _read?.Cancel();
    }

    /// <inheritdoc/>
    protected override DbBatchCommand CreateDbBatchCommand() => _inner.CreateBatchCommand();

    /// <inheritdoc/>
    public override void Dispose()
    {
        _inner.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _inner.DisposeAsync();
    }

    private TResult Execute<TResult>(
        Func<ReadState, TResult> run, CommandBehavior behavior = default) =>
        GuardedOperation.Run(_target.Session, Plan(behavior) with { Writes = true }, new ReadState(_inner, behavior,
            null), run);

    private Task<TResult> ExecuteAsync<TResult>(
        Func<ReadState, CancellationToken, Task<TResult>> run,
        CancellationToken cancellationToken,
        CommandBehavior behavior = default) =>
        GuardedOperation.RunAsync(
            _target.Session,
            Plan(behavior) with { Writes = true },
            new ReadState(_inner, behavior, null),
            run,
            cancellationToken);

    private TResult Read<TResult>(
        Func<ReadState, TResult> run,
        Func<DbDataReader, TResult> take,
        CommandBehavior behavior,
        bool isScalar = false)
    {
        OperationPlan plan = Plan(behavior);
        if (!FallbackRead.IsPossible(_target.Session, plan))
            return GuardedOperation.Run(_target.Session, plan, new ReadState(_inner, behavior, null), run);
        _read ??= new FallbackRead();
        return _read.Run(_target.Connection!, plan, Find(behavior, isScalar), run, Describe, take);
    }

    private Task<TResult> ReadAsync<TResult>(
        Func<ReadState, CancellationToken, Task<TResult>> run,
        Func<DbDataReader, CancellationToken, Task<TResult>> take,
        CancellationToken cancellationToken,
        CommandBehavior behavior = default,
        bool isScalar = false)
    {
        OperationPlan plan = Plan(behavior);
        if (!FallbackRead.IsPossible(_target.Session, plan))
            return GuardedOperation.RunAsync(_target.Session, plan, new ReadState(_inner, behavior, null), run,
                cancellationToken);
        _read ??= new FallbackRead();
        return _read.RunAsync(
            _target.Connection!, plan, Find(behavior, isScalar), run, Describe, take, cancellationToken);
    }

    private static DbFallbackCall Describe(ReadState state, DbGuard guard) =>
        new(guard, state.Inner, state.Behavior) { Cached = state.Cached };

    private ReadState Find(CommandBehavior behavior, bool isScalar)
    {
        GuardedDbConnection connection = _target.Connection!;
        CachedRead? cached = connection.Session!.Guard.Fallbacks?.Cache?.Find(
            FallbackCache, connection.Inner, new QueryShape(_inner, behavior, isScalar));
        return new ReadState(_inner, CachedRead.Recordable(behavior, cached), cached);
    }

    private static async Task<DbDataReader> RecordAsync(ReadState state, CancellationToken cancellationToken) =>
        CachedRead.Record(
            await state.Inner.ExecuteReaderAsync(state.Behavior, cancellationToken).ConfigureAwait(false),
                state.Cached);

    private static async Task<object?> RecordScalarAsync(ReadState state, CancellationToken cancellationToken) =>
        await FallbackRead.ScalarAsync(
            await RecordAsync(state, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    private OperationPlan Plan(CommandBehavior behavior)
    {
        TransactionEffect first = default, net = default;
        if (!_mayHaveCommands) return _target.Plan(first, net, behavior);
        DbBatchCommandCollection commands = _inner.BatchCommands;
        for (int i = 0; i < commands.Count; i++)
        {
            if (commands[i].CommandType is not CommandType.Text) continue;
            (TransactionEffect begins, TransactionEffect ends) = TransactionText.Read(commands[i].CommandText);
            if (i == 0) first = begins;
            if (ends is not TransactionEffect.None) net = ends;
        }

        return _target.Plan(first, net, behavior);
    }

    private readonly record struct ReadState(DbBatch Inner, CommandBehavior Behavior, CachedRead? Cached);
}
