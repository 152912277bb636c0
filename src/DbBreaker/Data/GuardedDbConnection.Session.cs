using System.Data;
using System.Data.Common;
using System.Transactions;
using DbBreaker.Data;

namespace DbBreaker;

// The connection's life under its guard: from opening to closing, and what it is part of in between.
public abstract partial class GuardedDbConnection
{
    private readonly DbConnection _inner;
    private readonly GuardBinding _binding;
    private ConnectionSession? _session;
    private Transaction? _enlisted;
    private bool _relaysStateChange;
    private bool _isDisposing;

    private protected GuardedDbConnection(DbConnection inner, GuardBinding binding, DbGuard? guard)
    {
        _inner = inner;
        _binding = binding;
        if (guard is null)
        {
            // Whoever brings the guard, a data source, has looked at what its connections are.
            GuardBinding.RefuseGuarded(inner);
            guard = binding.TryResolve(inner);
        }

        if (guard is not null) _session = NewSession(guard);
    }

    /// <summary>The guard's view of the connection, or null without a string and after disposal.</summary>
    internal ConnectionSession? Session => _session;

    internal string GuardName => FindSession()?.Guard.Name ?? "none yet, for lack of a connection string";

    /// <summary>The transaction that was begun here last, or null once it ended.</summary>
    internal GuardedDbTransaction? CurrentTransaction { get; private set; }

    /// <summary>Whether the connection takes part in a System.Transactions transaction that still runs.</summary>
    internal bool IsEnlisted
    {
        get
        {
            if (_enlisted is null) return false;
            try
            {
                if (_enlisted.TransactionInformation.Status == TransactionStatus.Active) return true;
            }
            catch (ObjectDisposedException)
            {
                // The scope is over, and only the object's disposal says so.
            }

            _enlisted = null;
            return false;
        }
    }

    /// <summary>Whether the driver's connection raises its event when it is disposed.</summary>
    private protected virtual bool RaisesDisposed => true;

    private OperationPlan StartPlan => OperationPlan.Local with { Gated = !IsEnlisted };

    /// <summary>The wrapper of the driver's connection under the name that the driver's class has.</summary>
    internal static GuardedDbConnection Create(DbConnection inner, GuardBinding binding, DbGuard? guard) =>
        Create(NamedConnection.KindOf(inner), inner, binding, guard);

    /// <inheritdoc cref="Create(DbConnection, GuardBinding, DbGuard)"/>
    internal static GuardedDbConnection Create(
        NamedConnection.Kind kind, DbConnection inner, GuardBinding binding, DbGuard? guard) =>
        kind switch
        {
            NamedConnection.Kind.Npgsql => new NpgsqlConnection(inner, binding, guard),
            NamedConnection.Kind.MySql => new MySqlConnection(inner, binding, guard),
            NamedConnection.Kind.Sqlite => new SqliteConnection(inner, binding, guard),
            _ => new NeutralConnection(inner, binding, guard),
        };

    /// <inheritdoc/>
    public override void Close()
    {
        if (_isDisposing) return;
        _session?.Closing();
        try
        {
            _inner.Close();
        }
        finally
        {
            Closed();
        }
    }

    /// <inheritdoc/>
    public override Task CloseAsync()
    {
        _session?.Closing();
        Task closing = _inner.CloseAsync();
        if (!closing.IsCompletedSuccessfully) return FinishAsync(this, closing);
        Closed();
        return closing;

        static async Task FinishAsync(GuardedDbConnection connection, Task closing)
        {
            try
            {
                await closing.ConfigureAwait(false);
            }
            finally
            {
                connection.Closed();
            }
        }
    }

    /// <inheritdoc/>
    public override void Open()
    {
        if (SessionToOpen() is not { } session)
        {
            _inner.Open();
            return;
        }

        if (session.TryDefer())
        {
            Deferred();
            return;
        }

        try
        {
            session.BeforeOpen(isClosed: true);
        }
        catch (DbGuardException rejection) when (session.Defers(rejection))
        {
            session.Defer();
            Deferred();
            return;
        }

        try
        {
            _inner.Open();
        }
        catch (Exception exception)
        {
            session.OpenFailed(exception);
            throw;
        }

        Opened(session);
    }

    /// <inheritdoc/>
    public override Task OpenAsync(CancellationToken cancellationToken)
    {
        if (SessionToOpen() is not { } session) return _inner.OpenAsync(cancellationToken);
        if (cancellationToken.IsCancellationRequested) return OpenUnadmittedAsync(session, cancellationToken);
        if (session.TryDefer())
        {
            Deferred();
            return Task.CompletedTask;
        }

        ValueTask admission = session.BeforeOpenAsync(cancellationToken, isClosed: true);
        if (!admission.IsCompletedSuccessfully) return WaitAsync(this, session, admission, cancellationToken);
        admission.GetAwaiter().GetResult();
        return OpenAdmittedAsync(session, cancellationToken);

        static async Task WaitAsync(
            GuardedDbConnection connection,
            ConnectionSession session,
            ValueTask admission,
            CancellationToken cancellationToken)
        {
            try
            {
                await admission.ConfigureAwait(false);
            }
            catch (DbGuardException rejection) when (session.Defers(rejection))
            {
                session.Defer();
                connection.Deferred();
                return;
            }

            await connection.OpenAdmittedAsync(session, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _session?.Closing();
        ValueTask disposing = _inner.DisposeAsync();
        if (!disposing.IsCompletedSuccessfully) return FinishAsync(this, disposing);
        Forget();
        DisposeBase(disposing: true);
        return disposing;

        static async ValueTask FinishAsync(GuardedDbConnection connection, ValueTask disposing)
        {
            try
            {
                await disposing.ConfigureAwait(false);
            }
            finally
            {
                connection.Forget();
            }

            connection.DisposeBase(disposing: true);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _session?.Closing();
            try
            {
                _inner.Dispose();
            }
            finally
            {
                Forget();
            }
        }

        DisposeBase(disposing);
    }

    // The base class closes the connection, which some wrappers do not stand once they are disposed.
    private void DisposeBase(bool disposing)
    {
        if (!RaisesDisposed) return;
        _isDisposing = true;
        base.Dispose(disposing);
        _isDisposing = false;
    }

    /// <summary>A transaction of this connection is over. A late word of an earlier one changes nothing.</summary>
    internal void Ended(GuardedDbTransaction transaction)
    {
        if (!ReferenceEquals(CurrentTransaction, transaction)) return;
        CurrentTransaction = null;
        _session?.TransactionEnded();
    }

    private GuardedDbTransaction Began(DbTransaction transaction)
    {
        _session?.TransactionStarted();
        return CurrentTransaction = new GuardedDbTransaction(transaction, this);
    }

    private Task OpenAdmittedAsync(ConnectionSession session, CancellationToken cancellationToken)
    {
        Task opening;
        try
        {
            opening = _inner.OpenAsync(cancellationToken);
        }
        catch (Exception exception)
        {
            session.OpenFailed(exception);
            throw;
        }

        if (!opening.IsCompletedSuccessfully) return FinishAsync(this, session, opening);
        Opened(session);
        return opening;

        static async Task FinishAsync(GuardedDbConnection connection, ConnectionSession session, Task opening)
        {
            try
            {
                await opening.ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                session.OpenFailed(exception);
                throw;
            }

            connection.Opened(session);
        }
    }

    // What is cancelled already is the driver's to answer: mostly it refuses, but Npgsql opens from a warm pool all the
    // same. The place in the pool is taken then, so the permit is.
    private Task OpenUnadmittedAsync(ConnectionSession session, CancellationToken cancellationToken)
    {
        Task opening = _inner.OpenAsync(cancellationToken);
        if (!opening.IsCompletedSuccessfully) return FinishAsync(this, session, opening);
        session.TakeRegardless();
        Opened(session);
        return opening;

        static async Task FinishAsync(GuardedDbConnection connection, ConnectionSession session, Task opening)
        {
            await opening.ConfigureAwait(false);
            session.TakeRegardless();
            connection.Opened(session);
        }
    }

    // Npgsql closes the connection and opens one of another pool, which is no failure.
    private string BeforeDatabaseChange()
    {
        _session?.Closing();
        return _inner.ConnectionString;
    }

    // With another string the connection belongs to another guard, whose permit the next command takes.
    private void AfterDatabaseChange(string before)
    {
        _session?.StayedOpen();
        if (_inner.ConnectionString == before) return;
        Forget();
        FindSession();
    }

    private ConnectionSession? FindSession() =>
        _session ??= _binding.TryResolve(_inner) is { } guard ? NewSession(guard) : null;

    private ConnectionSession NewSession(DbGuard guard) =>
        _binding.IsStandIn ? new(_inner, guard) { MayFallBack = false } : new(_inner, guard);

    // Opening what is open already, or has no string to open, is the driver's to answer.
    private ConnectionSession? SessionToOpen()
    {
        if (_inner.State is not ConnectionState.Closed) return null;
        if (_session is not { IsDeferred: true }) return FindSession();
        throw new InvalidOperationException("The connection is open already.");
    }

    // From the caller's view the connection is open; whether the server is ever asked depends on what is asked of it.
    private void Deferred()
    {
        CurrentTransaction = null;
        OnStateChange(new StateChangeEventArgs(ConnectionState.Closed, ConnectionState.Open));
    }

    private void Opened(ConnectionSession session)
    {
        session.Opened();
        CurrentTransaction = null;
        _enlisted = Transaction.Current;
    }

    private void Closed()
    {
        bool wasDeferred = _session is { IsDeferred: true };
        _session?.Closed();
        LeaveTransactions(wasDeferred);
    }

    private void Forget()
    {
        bool wasDeferred = _session is { IsDeferred: true };
        _session?.Detach();
        _session = null;
        LeaveTransactions(wasDeferred);
    }

    private void LeaveTransactions(bool wasDeferred)
    {
        CurrentTransaction = null;
        _enlisted = null;
        if (wasDeferred) OnStateChange(new StateChangeEventArgs(ConnectionState.Open, ConnectionState.Closed));
    }

    // An open that was put off was told when it was asked for.
    private void Relay(object? sender, StateChangeEventArgs change)
    {
        if (_session is not { IsDeferred: true }) OnStateChange(change);
    }
}
