using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using DbBreaker.Data;
using DbBreaker.Fallback;

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
    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken) =>
        ExecuteAsync(static (s, token) => s.Inner.ExecuteNonQueryAsync(token), cancellationToken);

    /// <inheritdoc/>
    public override object? ExecuteScalar() =>
        Read(static s => s.Inner.ExecuteScalar(), FallbackRead.Scalar, CommandBehavior.Default);

    /// <inheritdoc/>
    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken) =>
        ReadAsync(
            static (s, token) => s.Inner.ExecuteScalarAsync(token), FallbackRead.ScalarAsync, cancellationToken);

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
    public override async ValueTask DisposeAsync()
    {
        await Inner.DisposeAsync().ConfigureAwait(false);
        base.Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) Inner.Dispose();
        base.Dispose(disposing);
    }

    private TResult Execute<TResult>(
        Func<(DbCommand Inner, CommandBehavior Behavior), TResult> run, CommandBehavior behavior = default) =>
        GuardedOperation.Run(_target.Session, Plan(behavior), (Inner, behavior), run);

    private Task<TResult> ExecuteAsync<TResult>(
        Func<(DbCommand Inner, CommandBehavior Behavior), CancellationToken, Task<TResult>> run,
        CancellationToken cancellationToken,
        CommandBehavior behavior = default) =>
        GuardedOperation.RunAsync(_target.Session, Plan(behavior), (Inner, behavior), run, cancellationToken);

    private TResult Read<TResult>(
        Func<(DbCommand Inner, CommandBehavior Behavior), TResult> run,
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
        Func<(DbCommand Inner, CommandBehavior Behavior), CancellationToken, Task<TResult>> run,
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

    private static DbFallbackCall Describe((DbCommand Inner, CommandBehavior Behavior) state, DbGuard guard) =>
        new(guard, state.Inner, state.Behavior);

    private OperationPlan Plan(CommandBehavior behavior)
    {
        (TransactionEffect first, TransactionEffect net) = Inner.CommandType is CommandType.Text
            ? TransactionText.Read(Inner.CommandText)
            : default;
        return _target.Plan(first, net, behavior);
    }
}
