using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Transactions;

namespace DbBreaker.TestKit.Profiled;

/// <summary>
/// Somebody else's wrapper, which forwards what the known profilers forward and forgets what they forget: no factory,
/// no batches, no asynchronous transactions, closes and schema calls.
/// </summary>
public sealed class ProfiledConnection : DbConnection
{
    private DbConnection? _inner;

    /// <summary>Wraps a connection.</summary>
    /// <param name="inner">What is wrapped; disposed with the wrapper.</param>
    public ProfiledConnection(DbConnection inner)
    {
        _inner = inner;
        _inner.StateChange += Relay;
    }

    /// <summary>Gets what is wrapped; null after disposal, when everything else throws a null reference.</summary>
    public DbConnection WrappedConnection => _inner!;

    /// <summary>Gets how many commands were timed.</summary>
    public int Timings { get; internal set; }

    /// <inheritdoc/>
    [AllowNull]
    public override string ConnectionString
    {
        get => WrappedConnection.ConnectionString;
        set => WrappedConnection.ConnectionString = value;
    }

    /// <inheritdoc/>
    public override int ConnectionTimeout => WrappedConnection.ConnectionTimeout;

    /// <inheritdoc/>
    public override string Database => WrappedConnection.Database;

    /// <inheritdoc/>
    public override string DataSource => WrappedConnection.DataSource;

    /// <inheritdoc/>
    public override string ServerVersion => WrappedConnection.ServerVersion;

    /// <inheritdoc/>
    public override ConnectionState State => WrappedConnection.State;

    /// <inheritdoc/>
    protected override bool CanRaiseEvents => true;

    /// <inheritdoc/>
    public override void ChangeDatabase(string databaseName) => WrappedConnection.ChangeDatabase(databaseName);

    /// <inheritdoc/>
    public override void Close() => WrappedConnection.Close();

    /// <inheritdoc/>
    public override void Open() => WrappedConnection.Open();

    /// <inheritdoc/>
    public override Task OpenAsync(CancellationToken cancellationToken) =>
        WrappedConnection.OpenAsync(cancellationToken);

    /// <inheritdoc/>
    public override void EnlistTransaction(Transaction? transaction) =>
        WrappedConnection.EnlistTransaction(transaction);

    /// <inheritdoc/>
    public override DataTable GetSchema() => WrappedConnection.GetSchema();

    /// <inheritdoc/>
    protected override DbTransaction BeginDbTransaction(System.Data.IsolationLevel isolationLevel) =>
        new ProfiledTransaction(WrappedConnection.BeginTransaction(isolationLevel), this);

    /// <inheritdoc/>
    protected override DbCommand CreateDbCommand() => new ProfiledCommand(WrappedConnection.CreateCommand(), this);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _inner is not null)
        {
            _inner.StateChange -= Relay;
            _inner.Dispose();
        }

        base.Dispose(disposing);
        _inner = null;
    }

    private void Relay(object sender, StateChangeEventArgs change) => OnStateChange(change);
}
