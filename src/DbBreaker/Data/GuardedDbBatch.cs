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
    private CommandTarget _target;
    private FallbackRead? _read;

    internal GuardedDbBatch(DbBatch inner, GuardedDbConnection? connection)
    {
        Inner = inner;
        _target.Connection = connection;
    }

    /// <summary>Gets the driver's batch. Executing it here bypasses the guard.</summary>
    public DbBatch Inner { get; }

    /// <summary>Gets where the rows of the latest execution came from, and how old they may be, when the guard's
    /// fallback gave them; null when they are the primary's.</summary>
    public DbReadOrigin? FallbackOrigin => _read?.Origin;

    /// <inheritdoc/>
    protected override DbBatchCommandCollection DbBatchCommands => Inner.BatchCommands;

    /// <inheritdoc/>
    public override int Timeout
    {
        get => Inner.Timeout;
        set => Inner.Timeout = value;
    }

    /// <inheritdoc/>
    protected override DbConnection? DbConnection
    {
        get => _target.ConnectionOf(Inner.Connection);
        set
        {
            Inner.Connection = CommandTarget.Unwrap(value);
            _target.Connection = (GuardedDbConnection?)value;
        }
    }

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
        GuardedOperation.Run(_target.Session, _target.Local, Inner, static b =>
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
            Inner,
            static (b, token) => GuardedOperation.Completed(b.PrepareAsync(token)),
            cancellationToken);

    /// <inheritdoc/>
    public override void Cancel()
    {
        Inner.Cancel();
        _read?.Cancel();
    }

    /// <inheritdoc/>
    protected override DbBatchCommand CreateDbBatchCommand() => Inner.CreateBatchCommand();

    /// <inheritdoc/>
    public override void Dispose()
    {
        Inner.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return Inner.DisposeAsync();
    }

    private TResult Execute<TResult>(
        Func<(DbBatch Inner, CommandBehavior Behavior), TResult> run, CommandBehavior behavior = default) =>
        GuardedOperation.Run(_target.Session, Plan(behavior), (Inner, behavior), run);

    private Task<TResult> ExecuteAsync<TResult>(
        Func<(DbBatch Inner, CommandBehavior Behavior), CancellationToken, Task<TResult>> run,
        CancellationToken cancellationToken,
        CommandBehavior behavior = default) =>
        GuardedOperation.RunAsync(_target.Session, Plan(behavior), (Inner, behavior), run, cancellationToken);

    private TResult Read<TResult>(
        Func<(DbBatch Inner, CommandBehavior Behavior), TResult> run,
        Func<DbDataReader, TResult> take,
        CommandBehavior behavior)
    {
        OperationPlan plan = Plan(behavior);
        if (!FallbackRead.IsPossible(_target.Session, plan))
            return GuardedOperation.Run(_target.Session, plan, (Inner, behavior), run);
        _read ??= new FallbackRead();
        return _read.Run(_target.Connection!, plan, (Inner, behavior), run, Describe, take);
    }

    private Task<TResult> ReadAsync<TResult>(
        Func<(DbBatch Inner, CommandBehavior Behavior), CancellationToken, Task<TResult>> run,
        Func<DbDataReader, CancellationToken, Task<TResult>> take,
        CancellationToken cancellationToken,
        CommandBehavior behavior = default)
    {
        OperationPlan plan = Plan(behavior);
        if (!FallbackRead.IsPossible(_target.Session, plan))
            return GuardedOperation.RunAsync(_target.Session, plan, (Inner, behavior), run, cancellationToken);
        _read ??= new FallbackRead();
        return _read.RunAsync(_target.Connection!, plan, (Inner, behavior), run, Describe, take, cancellationToken);
    }

    private static DbFallbackCall Describe((DbBatch Inner, CommandBehavior Behavior) state, DbGuard guard) =>
        new(guard, state.Inner, state.Behavior);

    private OperationPlan Plan(CommandBehavior behavior)
    {
        TransactionEffect first = default, net = default;
        DbBatchCommandCollection commands = Inner.BatchCommands;
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
