using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using DbBreaker.Data;
using DbBreaker.Fallback;
using DbBreaker.Fallback.Cache;

namespace DbBreaker;

/// <summary>
/// A driver's command behind a guard. Executing asks the guard of the connection first; parameters and readers are the
/// driver's own. Like the driver's command, it serves one caller at a time, except for <see cref="Cancel"/>.
/// </summary>
[System.ComponentModel.DesignerCategory("")]
public sealed class GuardedDbCommand : DbCommand
{
    private CommandTarget _target;
    private FallbackRead? _read;

    internal GuardedDbCommand(DbCommand inner, GuardedDbConnection? connection)
    {
        Inner = inner;
        _target.Connection = connection;
    }

    /// <summary>Gets the driver's command. Executing it here bypasses the guard.</summary>
    public DbCommand Inner { get; }

    /// <summary>Gets where the rows of the latest execution came from, and how old they may be, when the guard's
    /// fallback gave them; null when they are the primary's.</summary>
    public DbReadOrigin? FallbackOrigin => _read?.Origin;

    /// <summary>Gets or sets whether the command's rows are kept, and may answer it while neither the primary nor a
    /// replica can; null leaves that to the flow's <see cref="DbReadScope"/>. The reader of such a command is not the
    /// driver's own type. It has no effect without
    /// <see cref="DbGuardOptions.FallbackToCache(Action{DbFallbackCacheOptions}?)"/> and within a
    /// transaction.</summary>
    /// <value>The default value is null.</value>
    public DbFallbackCacheRequest? FallbackCache { get; set; }

    /// <inheritdoc/>
    [AllowNull]
    public override string CommandText
    {
        get => Inner.CommandText;
        set => Inner.CommandText = value;
    }

    /// <inheritdoc/>
    public override int CommandTimeout
    {
        get => Inner.CommandTimeout;
        set => Inner.CommandTimeout = value;
    }

    /// <inheritdoc/>
    public override CommandType CommandType
    {
        get => Inner.CommandType;
        set => Inner.CommandType = value;
    }

    /// <inheritdoc/>
    protected override DbConnection? DbConnection
    {
        get => _target.ConnectionOf(Inner.Connection);
        set
        {
            GuardedDbConnection? connection = CommandTarget.Guarded(value);
            Inner.Connection = connection?.Inner;
            _target.Connection = connection;
        }
    }

    /// <inheritdoc/>
    protected override DbParameterCollection DbParameterCollection => Inner.Parameters;

    /// <inheritdoc/>
    protected override DbTransaction? DbTransaction
    {
        get => _target.TransactionOf(Inner.Transaction);
        set
        {
            Inner.Transaction = CommandTarget.Unwrap(value);
            _target.Transaction = value;
        }
    }

    /// <inheritdoc/>
    public override bool DesignTimeVisible
    {
        get => Inner.DesignTimeVisible;
        set => Inner.DesignTimeVisible = value;
    }

    /// <inheritdoc/>
    public override UpdateRowSource UpdatedRowSource
    {
        get => Inner.UpdatedRowSource;
        set => Inner.UpdatedRowSource = value;
    }

    /// <inheritdoc/>
    public override void Cancel()
    {
        Inner.Cancel();
        _read?.Cancel();
    }

    /// <inheritdoc/>
    protected override DbParameter CreateDbParameter() => Inner.CreateParameter();

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
    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken) =>
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
    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken) =>
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
        GuardedOperation.Run(_target.Session, _target.Local, Inner, static c =>
        {
            c.Prepare();
            return true;
        });
    }

    /// <inheritdoc/>
    public override Task PrepareAsync(CancellationToken cancellationToken = default) =>
        _target.Session is { IsDeferred: true, FallsBack: true } ? Task.CompletedTask : GuardedOperation.RunAsync(
            _target.Session,
            _target.Local,
            Inner,
            static (c, token) => GuardedOperation.Completed(c.PrepareAsync(token)),
            cancellationToken);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        ValueTask disposing = Inner.DisposeAsync();
        if (!disposing.IsCompletedSuccessfully) return FinishAsync(this, disposing);
        Finish();
        return disposing;

        static async ValueTask FinishAsync(GuardedDbCommand command, ValueTask disposing)
        {
            await disposing.ConfigureAwait(false);
            command.Finish();
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) Inner.Dispose();
        base.Dispose(disposing);
    }

    private void Finish() => base.Dispose(disposing: true);

    private TResult Execute<TResult>(
        Func<ReadState, TResult> run, CommandBehavior behavior = default) =>
        GuardedOperation.Run(_target.Session, Plan(behavior) with { Writes = true }, new ReadState(Inner, behavior,
            null), run);

    private Task<TResult> ExecuteAsync<TResult>(
        Func<ReadState, CancellationToken, Task<TResult>> run,
        CancellationToken cancellationToken,
        CommandBehavior behavior = default) =>
        GuardedOperation.RunAsync(
            _target.Session,
            Plan(behavior) with { Writes = true },
            new ReadState(Inner, behavior, null),
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
            return GuardedOperation.Run(_target.Session, plan, new ReadState(Inner, behavior, null), run);
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
            return GuardedOperation.RunAsync(_target.Session, plan, new ReadState(Inner, behavior, null), run,
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
            FallbackCache, connection.Inner, new QueryShape(Inner, behavior, isScalar, Inner.CommandText));
        return new ReadState(Inner, CachedRead.Recordable(behavior, cached), cached);
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
        (TransactionEffect first, TransactionEffect net) = Inner.CommandType is CommandType.Text
            ? TransactionText.Read(Inner.CommandText)
            : default;
        return _target.Plan(first, net, behavior);
    }

    private readonly record struct ReadState(DbCommand Inner, CommandBehavior Behavior, CachedRead? Cached);
}
