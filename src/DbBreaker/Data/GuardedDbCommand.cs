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

    /// <summary>Gets where the rows of the latest execution came from, and how old they may be, when the guard's
    /// fallback gave them; null when they are the primary's.</summary>
    public DbReadOrigin? FallbackOrigin => _target.FallbackOrigin;

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
        _target.CancelElsewhere();
    }

    /// <inheritdoc/>
    protected override DbParameter CreateDbParameter() => Inner.CreateParameter();

    /// <inheritdoc/>
    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) =>
        _target.Read(new Query(Inner, null, behavior), Plan(behavior), FallbackCache);

    /// <inheritdoc/>
    protected override Task<DbDataReader> ExecuteDbDataReaderAsync(
        CommandBehavior behavior, CancellationToken cancellationToken) =>
        _target.ReadAsync(new Query(Inner, null, behavior), Plan(behavior), FallbackCache, cancellationToken);

    /// <inheritdoc/>
    public override int ExecuteNonQuery() => _target.Change(new Query(Inner, null), Plan());

    /// <inheritdoc/>
    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken) =>
        _target.ChangeAsync(new Query(Inner, null), Plan(), cancellationToken);

    /// <inheritdoc/>
    public override object? ExecuteScalar() => _target.Scalar(new Query(Inner, null), Plan(), FallbackCache);

    /// <inheritdoc/>
    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken) =>
        _target.ScalarAsync(new Query(Inner, null), Plan(), FallbackCache, cancellationToken);

    /// <inheritdoc/>
    public override void Prepare() => _target.Prepare(new Query(Inner, null));

    /// <inheritdoc/>
    public override Task PrepareAsync(CancellationToken cancellationToken = default) =>
        _target.PrepareAsync(new Query(Inner, null), cancellationToken);

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

    private OperationPlan Plan(CommandBehavior behavior = default)
    {
        (TransactionEffect first, TransactionEffect net) = Inner.CommandType is CommandType.Text
            ? TransactionText.Read(Inner.CommandText)
            : default;
        return _target.Plan(first, net, behavior);
    }
}
