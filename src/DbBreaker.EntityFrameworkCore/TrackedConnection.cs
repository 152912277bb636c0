using System.Data;
using System.Data.Common;
using System.Transactions;
using DbBreaker.Data;
using DbBreaker.Fallback.Cache;
using Microsoft.EntityFrameworkCore;

namespace DbBreaker.EntityFrameworkCore;

/// <summary>
/// Turns EF Core's events about one connection object into the session's. EF Core runs one operation at a time on a
/// connection, so the running one is kept here and nothing is allocated for a command.
/// </summary>
internal sealed class TrackedConnection
{
    private OperationStamp _operation;
    private bool _running;
    private bool _opening;
    private int _readers;
    private DbDataReader? _latestReader;
    private string? _connectionString;
    private ContextBinding _binding;
    private Transaction? _ambient;
    private Type? _driverReader;
    private DbDataReader? _standIn;
    private DbContextId _writer;

    public TrackedConnection(DbConnection connection, ContextBinding binding, IServiceProvider? services)
    {
        Connection = connection;
        _binding = binding;
        _connectionString = connection.ConnectionString;
        Session = NewSession(binding.Find(connection, services));
    }

    public DbConnection Connection { get; }

    public ConnectionSession Session { get; private set; }

    /// <summary>Whether SaveChanges runs: what it opens it writes to, so no open is put off. EF Core would wrap the
    /// rejection of its command, and does not wrap that of its open.</summary>
    public bool IsSaving { get; set; }

    /// <summary>The running query as the cache knows it, when its rows are to be kept.</summary>
    public CachedRead? Recording { get; set; }

    /// <summary>Finds the guard again when a closed connection was given another string, or another context's
    /// binding. Compares by reference first: drivers hand out the same string until it changes.</summary>
    public void Rebind(ContextBinding binding, IServiceProvider? services)
    {
        if (Connection.State != ConnectionState.Closed) return;

        string connectionString = Connection.ConnectionString;
        if (connectionString == _connectionString && ReferenceEquals(binding, _binding)) return;

        DbGuard guard = binding.Find(Connection, services);
        _connectionString = connectionString;
        _binding = binding;
        if (ReferenceEquals(guard, Session.Guard)) return;

        Session.Detach();
        Session = NewSession(guard);
    }

    public void BeforeOpen()
    {
        PrepareOpen();
        Session.BeforeOpen();
        _opening = true;
    }

    public ValueTask BeforeOpenAsync(CancellationToken cancellationToken)
    {
        PrepareOpen();
        ValueTask admission = Session.BeforeOpenAsync(cancellationToken);
        if (!admission.IsCompletedSuccessfully) return AwaitOpen(admission);

        _opening = true;
        return default;
    }

    /// <summary>Puts the open off when a fallback may answer what comes next.</summary>
    public bool TryDefer()
    {
        PrepareOpen();
        return Session.TryDefer();
    }

    public void Opened()
    {
        _opening = false;
        if (Session.IsDeferred) return;

        // Another interceptor may have answered instead of the driver.
        if (Connection.State != ConnectionState.Open)
        {
            Session.Closed();
            return;
        }

        // Drivers drop the password from the string once they used it; that is no other string.
        _connectionString = Connection.ConnectionString;
        _ambient = Transaction.Current;
        if (_ambient is not null) Session.TransactionStarted();
        Session.Opened();
    }

    /// <summary>An open failed, or a close. EF Core also reports a rejection here, which is not the server's.</summary>
    public void ConnectionFailed(Exception exception)
    {
        if (_opening)
        {
            _opening = false;
            if (exception is DbGuardException) Session.OpenCancelled();
            else Session.OpenFailed(exception);
        }
        else if (Connection.State != ConnectionState.Open)
        {
            Session.Closed();
        }
    }

    public void ConnectionCanceled()
    {
        if (!_opening) return;

        _opening = false;
        Session.OpenCancelled();
    }

    public void Closed()
    {
        EndWithoutVerdict();
        ForgetReaders();
        Session.Closed();
    }

    /// <summary>Admits a command. One inside a transaction always passes.</summary>
    public void BeforeCommand(bool inTransaction)
    {
        PrepareCommand(inTransaction);
        Start(Session.BeforeCommand());
    }

    /// <inheritdoc cref="BeforeCommand"/>
    public ValueTask BeforeCommandAsync(bool inTransaction, CancellationToken cancellationToken)
    {
        PrepareCommand(inTransaction);
        ValueTask<OperationStamp> admission = Session.BeforeCommandAsync(cancellationToken);
        if (!admission.IsCompletedSuccessfully) return AwaitCommand(admission);

        Start(admission.Result);
        return default;
    }

    /// <summary>Whether a read is turned away at once and has somewhere else to go.</summary>
    public bool FallsBack(bool inTransaction)
    {
        PrepareCommand(inTransaction);
        return Session.FallsBack;
    }

    /// <summary>A reader that is not this connection's is about to be handed to EF Core.</summary>
    public DbDataReader StandsIn(DbDataReader reader) => _standIn = reader;

    public void BeforeUngated()
    {
        EndWithoutVerdict();
        Start(Session.BeforeUngated());
    }

    public void Succeeded()
    {
        if (!_running) return;

        _running = false;
        Session.Succeeded(_operation);
    }

    /// <summary>A command that is no query succeeded.</summary>
    public void Wrote(DbContext? context)
    {
        Succeeded();
        NoteWrite(context);
    }

    /// <summary>The context wrote; for a while its reads are the primary's, if the options say so.</summary>
    public void NoteWrite(DbContext? context)
    {
        if (Session.Guard.Options.ReadYourWrites is null) return;
        _writer = context?.ContextId ?? default;
        Session.Wrote();
    }

    /// <summary>Pooled contexts keep their connection, but not what an earlier user wrote.</summary>
    public void ServesReaderOf(DbContext? context)
    {
        if (Session.Guard.Options.ReadYourWrites is not null && (context?.ContextId ?? default) != _writer)
            Session.ForgetWrite();
    }

    public void Failed(Exception exception, DbPhase phase)
    {
        if (!_running) return;

        _running = false;
        if (exception is DbGuardException) Session.Cancelled(_operation);
        else Session.Failed(_operation, exception, phase);
    }

    /// <summary>Ends the running operation, if any, without evidence: it was cancelled, it did no work on the server,
    /// or EF Core never told its end, as when BEGIN fails.</summary>
    public void EndWithoutVerdict()
    {
        if (!_running) return;

        _running = false;
        Session.Cancelled(_operation);
    }

    /// <summary>A reader came: a success when it is the driver's, no evidence when an interceptor made it.</summary>
    /// <returns>What EF Core is to read: the reader, or one that notes the rows of a query that opted in.</returns>
    public DbDataReader ReaderOpened(DbDataReader reader)
    {
        CachedRead? recording = Recording;
        Recording = null;
        if (ReferenceEquals(reader, _standIn) || !IsDriverReader(reader.GetType()))
        {
            EndWithoutVerdict();
            return reader;
        }

        _readers++;
        _latestReader = reader;
        Session.Reading = true;
        Succeeded();
        return CachedRead.Record(reader, recording);
    }

    /// <summary>A broken connection was noticed by its state already; here the reader only ends.</summary>
    public void ReaderClosed(DbDataReader? reader = null)
    {
        if (reader is not null && ReferenceEquals(reader, _standIn))
        {
            _standIn = null;
            return;
        }

        if (_readers > 0) _readers--;
        _latestReader = null;
        Session.Reading = _readers > 0;
    }

    private ConnectionSession NewSession(DbGuard guard) => new(Connection, guard) { AnnouncesCloses = false };

    private bool IsDriverReader(Type reader)
    {
        if (reader == _driverReader) return true;
        if (reader.Assembly != Connection.GetType().Assembly) return false;

        _driverReader = reader;
        return true;
    }

    // A connection that is opened again within the ambient transaction it already worked for carries on with it.
    private void PrepareOpen()
    {
        EndWithoutVerdict();
        ForgetReaders();
        Session.ForgetDeferral();
        if (_ambient is null) return;

        if (_ambient == Transaction.Current) Session.TransactionStarted();
        else _ambient = null;
    }

    // EF Core does not tell when a transaction is disposed of without an end; the command knows.
    private void PrepareCommand(bool inTransaction)
    {
        EndWithoutVerdict();
        Recording = null;
        // A buffered reader that failed was closed without an event.
        if (_latestReader is { IsClosed: true }) ReaderClosed();
        if (inTransaction == Session.InTransaction) return;

        if (inTransaction) Session.TransactionStarted();
        else Session.TransactionEnded();
    }

    private void ForgetReaders()
    {
        _readers = 0;
        _latestReader = null;
        Session.Reading = false;
    }

    private void Start(OperationStamp operation)
    {
        _operation = operation;
        _running = true;
    }

    private async ValueTask AwaitOpen(ValueTask admission)
    {
        await admission.ConfigureAwait(false);
        _opening = true;
    }

    private async ValueTask AwaitCommand(ValueTask<OperationStamp> admission) =>
        Start(await admission.ConfigureAwait(false));
}
