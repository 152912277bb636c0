using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Transactions;
using DbBreaker.Data;

namespace DbBreaker;

/// <summary>
/// A driver's connection behind a guard. Everything goes to <see cref="Inner"/>; opening and executing ask the guard
/// first, and every outcome is reported to it. Like the driver's own, it serves one caller at a time.
/// </summary>
/// <remarks>
/// Readers, parameters and batch commands are the driver's own objects. The class is abstract because libraries choose
/// their SQL by the connection's type name: the connections at run time carry the name that the driver's has.
/// </remarks>
public abstract partial class GuardedDbConnection : DbConnection
{
    /// <summary>Gets the driver's connection, for what only it can do: bulk copy, notifications, driver types.
    /// Opening or closing it here bypasses the guard.</summary>
    public DbConnection Inner => _inner;

    /// <summary>Gets the guard. It is the guard of <see cref="ConnectionString"/> and changes with it.</summary>
    /// <exception cref="InvalidOperationException">There is no connection string yet.</exception>
    public DbGuard Guard => FindSession()?.Guard ?? throw new InvalidOperationException(
        "The connection has no ConnectionString yet, so there is no server to guard. Set it first.");

    /// <inheritdoc/>
    [AllowNull]
    public override string ConnectionString
    {
        get => _inner.ConnectionString;
        set
        {
            _inner.ConnectionString = value;
            Forget();
        }
    }

    /// <inheritdoc/>
    public override int ConnectionTimeout => _inner.ConnectionTimeout;

    /// <inheritdoc/>
    public override string Database => _inner.Database;

    /// <inheritdoc/>
    public override string DataSource => _inner.DataSource;

    /// <inheritdoc/>
    public override string ServerVersion =>
        _session is { IsDeferred: true } session ? throw session.Guard.RejectOpen() : _inner.ServerVersion;

    /// <inheritdoc/>
    public override ConnectionState State => _session is { IsDeferred: true } ? ConnectionState.Open : _inner.State;

    /// <inheritdoc/>
    public override bool CanCreateBatch => _inner.CanCreateBatch;

    /// <inheritdoc/>
    protected override DbProviderFactory? DbProviderFactory => _binding.FactoryOf(_inner);

    /// <inheritdoc/>
    public override event StateChangeEventHandler? StateChange
    {
        add
        {
            if (!_relaysStateChange) _inner.StateChange += Relay;
            _relaysStateChange = true;
            base.StateChange += value;
        }
        remove => base.StateChange -= value;
    }

    /// <inheritdoc/>
    protected override DbTransaction BeginDbTransaction(System.Data.IsolationLevel isolationLevel) =>
        Began(GuardedOperation.Run(
            Session, StartPlan, (_inner, isolationLevel), static s => s._inner.BeginTransaction(s.isolationLevel)));

    /// <inheritdoc/>
    protected override async ValueTask<DbTransaction> BeginDbTransactionAsync(
        System.Data.IsolationLevel isolationLevel, CancellationToken cancellationToken) =>
        Began(await GuardedOperation.RunAsync(
            Session,
            StartPlan,
            (_inner, isolationLevel),
            static (s, token) => s._inner.BeginTransactionAsync(s.isolationLevel, token).AsTask(),
            cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public override void ChangeDatabase(string databaseName)
    {
        string before = BeforeDatabaseChange();
        try
        {
            GuardedOperation.Run(Session, StartPlan, (_inner, databaseName), static s =>
            {
                s._inner.ChangeDatabase(s.databaseName);
                return true;
            });
        }
        finally
        {
            AfterDatabaseChange(before);
        }
    }

    /// <inheritdoc/>
    public override async Task ChangeDatabaseAsync(
        string databaseName, CancellationToken cancellationToken = default)
    {
        string before = BeforeDatabaseChange();
        try
        {
            await GuardedOperation.RunAsync(
                Session,
                StartPlan,
                (_inner, databaseName),
                static (s, token) => GuardedOperation.Completed(s._inner.ChangeDatabaseAsync(s.databaseName, token)),
                cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            AfterDatabaseChange(before);
        }
    }

    /// <inheritdoc/>
    protected override DbBatch CreateDbBatch() => new GuardedDbBatch(_inner.CreateBatch(), this);

    /// <inheritdoc/>
    protected override DbCommand CreateDbCommand() => new GuardedDbCommand(_inner.CreateCommand(), this);

    /// <inheritdoc/>
    public override void EnlistTransaction(Transaction? transaction)
    {
        GuardedOperation.Run(Session, StartPlan, (_inner, transaction), static s =>
        {
            s._inner.EnlistTransaction(s.transaction);
            return true;
        });
        _enlisted = transaction;
    }
}
