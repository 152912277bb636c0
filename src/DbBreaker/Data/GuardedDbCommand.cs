using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using DbBreaker.Data;

namespace DbBreaker;

/// <summary>
/// A driver's command behind a guard. Executing asks the guard of the connection first; parameters and readers are the
/// driver's own. Like the driver's command, it serves one caller at a time, except for <see cref="Cancel"/>.
/// </summary>
[System.ComponentModel.DesignerCategory("")]
public sealed class GuardedDbCommand : DbCommand
{
    private CommandTarget _target;

    internal GuardedDbCommand(DbCommand inner, GuardedDbConnection? connection)
    {
        Inner = inner;
        _target.Connection = connection;
    }

    /// <summary>Gets the driver's command. Executing it here bypasses the guard.</summary>
    public DbCommand Inner { get; }

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
            Inner.Connection = CommandTarget.Unwrap(value);
            _target.Connection = (GuardedDbConnection?)value;
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
    public override void Cancel() => Inner.Cancel();

    /// <inheritdoc/>
    protected override DbParameter CreateDbParameter() => Inner.CreateParameter();

    /// <inheritdoc/>
    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) =>
        Execute(static s => s.Inner.ExecuteReader(s.Behavior), behavior);

    /// <inheritdoc/>
    protected override Task<DbDataReader> ExecuteDbDataReaderAsync(
        CommandBehavior behavior, CancellationToken cancellationToken) =>
        ExecuteAsync(static (s, token) => s.Inner.ExecuteReaderAsync(s.Behavior, token), cancellationToken, behavior);

    /// <inheritdoc/>
    public override int ExecuteNonQuery() => Execute(static s => s.Inner.ExecuteNonQuery());

    /// <inheritdoc/>
    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken) =>
        ExecuteAsync(static (s, token) => s.Inner.ExecuteNonQueryAsync(token), cancellationToken);

    /// <inheritdoc/>
    public override object? ExecuteScalar() => Execute(static s => s.Inner.ExecuteScalar());

    /// <inheritdoc/>
    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken) =>
        ExecuteAsync(static (s, token) => s.Inner.ExecuteScalarAsync(token), cancellationToken);

    /// <inheritdoc/>
    public override void Prepare()
    {
        GuardedOperation.Run(_target.Session, _target.Local, Inner, static c =>
        {
            c.Prepare();
            return true;
        });
    }

    /// <inheritdoc/>
    public override Task PrepareAsync(CancellationToken cancellationToken = default) =>
        GuardedOperation.RunAsync(
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

    private OperationPlan Plan(CommandBehavior behavior)
    {
        (TransactionEffect first, TransactionEffect net) = Inner.CommandType is CommandType.Text
            ? TransactionText.Read(Inner.CommandText)
            : default;
        return _target.Plan(first, net, behavior);
    }
}
