using System.Data;
using System.Data.Common;
using DbBreaker.Data;
using DbBreaker.Fallback;

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
        Read(static s => s.Inner.ExecuteReader(s.Behavior), static reader => reader, behavior);

    /// <inheritdoc/>
    protected override Task<DbDataReader> ExecuteDbDataReaderAsync(
        CommandBehavior behavior, CancellationToken cancellationToken) =>
        ReadAsync(
            static (s, token) => s.Inner.ExecuteReaderAsync(s.Behavior, token),
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
        Read(static s => s.Inner.ExecuteScalar(), FallbackRead.Scalar, CommandBehavior.Default);

    /// <inheritdoc/>
    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken = default) =>
        ReadAsync(
            static (s, token) => s.Inner.ExecuteScalarAsync(token), FallbackRead.ScalarAsync, cancellationToken);

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
        Func<(DbBatch Inner, CommandBehavior Behavior), TResult> run, CommandBehavior behavior = default) =>
        GuardedOperation.Run(_target.Session, Plan(behavior), (_inner, behavior), run);

    private Task<TResult> ExecuteAsync<TResult>(
        Func<(DbBatch Inner, CommandBehavior Behavior), CancellationToken, Task<TResult>> run,
        CancellationToken cancellationToken,
        CommandBehavior behavior = default) =>
        GuardedOperation.RunAsync(_target.Session, Plan(behavior), (_inner, behavior), run, cancellationToken);

    private TResult Read<TResult>(
        Func<(DbBatch Inner, CommandBehavior Behavior), TResult> run,
        Func<DbDataReader, TResult> take,
        CommandBehavior behavior)
    {
        OperationPlan plan = Plan(behavior);
        if (!FallbackRead.IsPossible(_target.Session, plan))
            return GuardedOperation.Run(_target.Session, plan, (_inner, behavior), run);
        _read ??= new FallbackRead();
        return _read.Run(_target.Connection!, plan, (_inner, behavior), run, Describe, take);
    }

    private Task<TResult> ReadAsync<TResult>(
        Func<(DbBatch Inner, CommandBehavior Behavior), CancellationToken, Task<TResult>> run,
        Func<DbDataReader, CancellationToken, Task<TResult>> take,
        CancellationToken cancellationToken,
        CommandBehavior behavior = default)
    {
        OperationPlan plan = Plan(behavior);
        if (!FallbackRead.IsPossible(_target.Session, plan))
            return GuardedOperation.RunAsync(_target.Session, plan, (_inner, behavior), run, cancellationToken);
        _read ??= new FallbackRead();
        return _read.RunAsync(_target.Connection!, plan, (_inner, behavior), run, Describe, take, cancellationToken);
    }

    private static DbFallbackCall Describe((DbBatch Inner, CommandBehavior Behavior) state, DbGuard guard) =>
        new(guard, state.Inner, state.Behavior);

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
}
