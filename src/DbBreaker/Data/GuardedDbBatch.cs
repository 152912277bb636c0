using System.Data;
using System.Data.Common;
using DbBreaker.Data;

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
    public DbReadOrigin? FallbackOrigin => _target.FallbackOrigin;

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
        _target.Read(new Query(null, _inner, behavior), Plan(behavior), FallbackCache);

    /// <inheritdoc/>
    protected override Task<DbDataReader> ExecuteDbDataReaderAsync(
        CommandBehavior behavior, CancellationToken cancellationToken) =>
        _target.ReadAsync(new Query(null, _inner, behavior), Plan(behavior), FallbackCache, cancellationToken);

    /// <inheritdoc/>
    public override int ExecuteNonQuery() => _target.Change(new Query(null, _inner), Plan());

    /// <inheritdoc/>
    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken = default) =>
        _target.ChangeAsync(new Query(null, _inner), Plan(), cancellationToken);

    /// <inheritdoc/>
    public override object? ExecuteScalar() => _target.Scalar(new Query(null, _inner), Plan(), FallbackCache);

    /// <inheritdoc/>
    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken = default) =>
        _target.ScalarAsync(new Query(null, _inner), Plan(), FallbackCache, cancellationToken);

    /// <inheritdoc/>
    public override void Prepare() => _target.Prepare(new Query(null, _inner));

    /// <inheritdoc/>
    public override Task PrepareAsync(CancellationToken cancellationToken = default) =>
        _target.PrepareAsync(new Query(null, _inner), cancellationToken);

    /// <inheritdoc/>
    public override void Cancel()
    {
        _inner.Cancel();
        _target.CancelElsewhere();
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

    private OperationPlan Plan(CommandBehavior behavior = default)
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
