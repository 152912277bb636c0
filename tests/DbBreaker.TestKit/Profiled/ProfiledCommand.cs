using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace DbBreaker.TestKit.Profiled;

/// <summary>A profiler's command: unwraps its own connections and transactions, and takes any other as it is.</summary>
public sealed class ProfiledCommand : DbCommand
{
    private DbConnection? _connection;
    private DbTransaction? _transaction;

    /// <summary>Wraps a command.</summary>
    /// <param name="inner">What is wrapped.</param>
    /// <param name="connection">The wrapper that made it, or null.</param>
    public ProfiledCommand(DbCommand inner, DbConnection? connection)
    {
        InternalCommand = inner;
        if (connection is not null) DbConnection = connection;
    }

    /// <summary>Gets what is wrapped.</summary>
    public DbCommand InternalCommand { get; }

    /// <inheritdoc/>
    [AllowNull]
    public override string CommandText
    {
        get => InternalCommand.CommandText;
        set => InternalCommand.CommandText = value;
    }

    /// <inheritdoc/>
    public override int CommandTimeout
    {
        get => InternalCommand.CommandTimeout;
        set => InternalCommand.CommandTimeout = value;
    }

    /// <inheritdoc/>
    public override CommandType CommandType
    {
        get => InternalCommand.CommandType;
        set => InternalCommand.CommandType = value;
    }

    /// <inheritdoc/>
    public override bool DesignTimeVisible
    {
        get => InternalCommand.DesignTimeVisible;
        set => InternalCommand.DesignTimeVisible = value;
    }

    /// <inheritdoc/>
    public override UpdateRowSource UpdatedRowSource
    {
        get => InternalCommand.UpdatedRowSource;
        set => InternalCommand.UpdatedRowSource = value;
    }

    /// <inheritdoc/>
    protected override DbParameterCollection DbParameterCollection => InternalCommand.Parameters;

    /// <inheritdoc/>
    protected override DbConnection? DbConnection
    {
        get => _connection;
        set
        {
            _connection = value;
            InternalCommand.Connection = value is ProfiledConnection own ? own.WrappedConnection : value;
        }
    }

    /// <inheritdoc/>
    protected override DbTransaction? DbTransaction
    {
        get => _transaction;
        set
        {
            _transaction = value;
            InternalCommand.Transaction = value is ProfiledTransaction own ? own.WrappedTransaction : value;
        }
    }

    /// <inheritdoc/>
    public override void Cancel() => InternalCommand.Cancel();

    /// <inheritdoc/>
    public override int ExecuteNonQuery() => Timed(InternalCommand.ExecuteNonQuery);

    /// <inheritdoc/>
    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken) =>
        Timed(() => InternalCommand.ExecuteNonQueryAsync(cancellationToken));

    /// <inheritdoc/>
    public override object? ExecuteScalar() => Timed(InternalCommand.ExecuteScalar);

    /// <inheritdoc/>
    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken) =>
        Timed(() => InternalCommand.ExecuteScalarAsync(cancellationToken));

    /// <inheritdoc/>
    public override void Prepare() => InternalCommand.Prepare();

    /// <inheritdoc/>
    protected override DbParameter CreateDbParameter() => InternalCommand.CreateParameter();

    /// <inheritdoc/>
    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) =>
        Timed(() => InternalCommand.ExecuteReader(behavior));

    /// <inheritdoc/>
    protected override Task<DbDataReader> ExecuteDbDataReaderAsync(
        CommandBehavior behavior, CancellationToken cancellationToken) =>
        Timed(() => InternalCommand.ExecuteReaderAsync(behavior, cancellationToken));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) InternalCommand.Dispose();
        base.Dispose(disposing);
    }

    private TResult Timed<TResult>(Func<TResult> execute)
    {
        if (_connection is ProfiledConnection profiled) profiled.Timings++;
        return execute();
    }
}
