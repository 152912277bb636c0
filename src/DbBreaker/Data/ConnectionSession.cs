using System.Data;
using System.Data.Common;
using DbBreaker.Admission;

namespace DbBreaker.Data;

/// <summary>
/// The guard's view of one driver connection, the same for the ADO.NET wrapper and for EF Core: holds the permit from
/// open to close, stamps operations, and notices a connection that falls without being closed.
/// One per connection object; used like the connection, by one caller at a time, except for state changes.
/// </summary>
internal sealed partial class ConnectionSession
{
    private static readonly object _fell = new();      // While an operation ran or was judged, whose end counts it.
    private static readonly object _judging = new();   // An operation has ended with an exception.
    private static readonly object _explained = new(); // The exception has said all: a fall that follows is no news.

    private DbGuardLease _lease;
    private int _brake = DbGuard.NotBraked;
    private bool _isWatching;
    private bool _isDetached;
    private bool _opening;
    private bool _closeIsWanted;
    private bool _fallCounted; // Outside an operation: it counted at once.
    private object? _ending;   // What the latest operation's end and a fall are to make of each other; mostly nothing.
    private OperationStamp _running;
    private long _wroteAt;
    private string? _firstDatabase; // What the server calls the one that the string means.

    /// <summary>Attaches to a driver connection.</summary>
    public ConnectionSession(DbConnection connection, DbGuard guard)
    {
        Connection = connection;
        Guard = guard;
    }

    public DbConnection Connection { get; }

    public DbGuard Guard { get; }

    /// <summary>The database that the connection was turned to after it was opened; empty while it is that of its
    /// string, which a closed connection may call otherwise than the server does.</summary>
    public string OtherDatabase =>
        Connection.State == ConnectionState.Open && Connection.Database is { } now && now != _firstDatabase ? now : "";

    public bool InTransaction { get; private set; }

    /// <summary>
    /// Whether every wanted close is announced by <see cref="Closing"/>. EF Core closes without an event when a context
    /// is disposed or returned to its pool with its connection open, and users close connections that they handed to a
    /// context; with false, a fall is a failure only while an operation runs or a reader is open. An open transaction
    /// does not count: it may have been disposed of, which EF Core does not tell.
    /// </summary>
    public bool AnnouncesCloses
    {
        get;
        init
        {
            field = value;
            if (!value) Watch();
        }
    } = true;

    /// <summary>Whether a reader is open: rows may still come, so a fall now is a failure.</summary>
    public bool Reading { get; set; }

    /// <summary>Whether the open reader closes the connection when it is closed: that fall is wanted.</summary>
    public bool ClosesWithReader { get; set; }

    /// <summary>Takes a permit before the pool is asked. Throws the rejection.</summary>
    /// <param name="isClosed">True when the caller has seen that the connection is closed.</param>
    public void BeforeOpen(bool isClosed = false)
    {
        if (!NeedsLease(isClosed)) return;
        Take(Guard.Acquire());
        try
        {
            Opening(Guard.EnterOpen());
        }
        catch
        {
            _lease.Dispose();
            throw;
        }
    }

    /// <inheritdoc cref="BeforeOpen"/>
    public ValueTask BeforeOpenAsync(CancellationToken cancellationToken, bool isClosed = false)
    {
        if (!NeedsLease(isClosed)) return ValueTask.CompletedTask;
        ValueTask<DbGuardLease> acquiring = Guard.AcquireAsync(cancellationToken);
        if (!acquiring.IsCompletedSuccessfully || Guard.IsBraked) return Wait(acquiring, cancellationToken);
        Take(acquiring.Result);
        Opening(DbGuard.NotBraked);
        return ValueTask.CompletedTask;

        async ValueTask Wait(ValueTask<DbGuardLease> lease, CancellationToken token)
        {
            Take(await lease.ConfigureAwait(false));
            try
            {
                Opening(await Guard.EnterOpenAsync(token).ConfigureAwait(false));
            }
            catch
            {
                _lease.Dispose();
                throw;
            }
        }
    }

    /// <summary>The driver opened a connection without the guard being asked: a permit for it, beyond the limit if need
    /// be, so that as many are in use as connections are.</summary>
    public void TakeRegardless()
    {
        if (!NeedsLease(isClosed: true)) return;
        Take(Guard.TakeRegardless());
        Opening(DbGuard.NotBraked);
    }

    /// <summary>The connection is open. Proves nothing: a warm pool asks no server.</summary>
    public void Opened()
    {
        EndOpening();
        SetRunning(default);
        if (Guard.Fallbacks?.Cache is not null) _firstDatabase = Connection.Database;
    }

    /// <summary>The open failed or was cancelled: evidence, and the permit is back.</summary>
    public void OpenFailed(Exception exception)
    {
        if (!_opening) return; // Our own rejection, handed back; or an open that was refused as misuse.
        EndOpening();
        if (_lease.Slot is { } slot)
        {
            long startedAt = slot.AcquiredAt;
            TimeSpan elapsed = Guard.ElapsedSince(startedAt);
            var failure = new DbFailure(exception, DbPhase.Opening, elapsed, Connection.State);
            Guard.Fail(slot.Generation, startedAt, failure);
        }

        _lease.Dispose();
    }

    /// <summary>The open was cancelled and nobody hands over the exception (EF Core): the permit is back, and there is
    /// no evidence. Does nothing when no open is in progress.</summary>
    public void OpenCancelled()
    {
        if (!_opening) return;
        EndOpening();
        _lease.Dispose();
    }

    /// <summary>Admits a command: rejected on an idle open connection while the circuit is open, never inside a
    /// transaction. Returns the operation to hand to its end.</summary>
    public OperationStamp BeforeCommand()
    {
        if (IsDeferred) OpenDeferred();
        if (MustPassGate && NeedsNewLease()) Take(Guard.Acquire());
        return Start();
    }

    /// <inheritdoc cref="BeforeCommand"/>
    public ValueTask<OperationStamp> BeforeCommandAsync(CancellationToken cancellationToken)
    {
        if (IsDeferred) return OpenFirst(cancellationToken);
        return MustPassGate && NeedsNewLease() ? Wait(cancellationToken) : new ValueTask<OperationStamp>(Start());

        async ValueTask<OperationStamp> Wait(CancellationToken token)
        {
            Take(await Guard.AcquireAsync(token).ConfigureAwait(false));
            return Start();
        }

        async ValueTask<OperationStamp> OpenFirst(CancellationToken token)
        {
            await OpenDeferredAsync(token).ConfigureAwait(false);
            return Start();
        }
    }

    /// <summary>Starts an operation that always passes (commit, rollback, savepoint, prepare).</summary>
    public OperationStamp BeforeUngated() => IsDeferred ? throw Guard.RejectOpen() : Start();

    public void Succeeded(OperationStamp operation)
    {
        if (operation.IsNone) return;
        SetRunning(default);
        Guard.Succeed(operation.Generation, operation.StartedAt);
        if (_ending is not null) CountFall(operation.Generation);
    }

    public void Failed(OperationStamp operation, Exception exception, DbPhase phase)
    {
        if (operation.IsNone) return;
        // First, so that a fall on another thread finds an operation that runs, or one that is judged.
        object? before = BeginJudging();
        SetRunning(default);
        Judge(before, operation.Generation, operation.StartedAt, exception, phase);
    }

    /// <summary>The operation ended with neither (EF reports a cancellation without an exception object).</summary>
    public void Cancelled(OperationStamp operation)
    {
        if (operation.IsNone) return;
        SetRunning(default);
        if (_ending is not null) CountFall(operation.Generation);
    }

    /// <summary>A failure that was seen outside an operation: mid-read, a later statement of a batch.</summary>
    public void FailedOutside(Exception exception, DbPhase phase)
    {
        if (Guard.IsDisabled) return;
        if (_fallCounted)
        {
            // The fall that this exception is about has counted already; whoever reports it again is not news either.
            _fallCounted = false;
            Guard.IsNew(exception);
            return;
        }

        if (_ending is SurvivedTimeout) Settle();
        Judge(BeginJudging(), GenerationOfHold, LeaseSlot.NotRunning, exception, phase);
    }

    /// <summary>A transaction began; nested calls do not count twice.</summary>
    public void TransactionStarted() => InTransaction = true;

    public void TransactionEnded() => InTransaction = false;

    /// <summary>The caller closes or disposes the connection: the coming fall to Closed is wanted.</summary>
    public void Closing() => _closeIsWanted = true;

    /// <summary>The announced close did not come, or the driver opened the connection again by itself.</summary>
    public void StayedOpen() => _closeIsWanted = false;

    /// <summary>The connection was closed: the permit is back. Any number of times, from any event.</summary>
    public void Closed()
    {
        EndOpening();
        if (_ending is SurvivedTimeout) Settle();
        IsDeferred = Reading = ClosesWithReader = InTransaction = false;
        // What runs is looked at only while the permit is held.
        _running = default;
        _lease.Dispose();
    }

    /// <summary>Closed for good: what the connection does from here on is nobody's evidence.</summary>
    public void Detach()
    {
        // The subscription itself stays until the connection goes: taking it back would cost a delegate more.
        _isDetached = true;
        Closed();
    }

    // A connection that is opened again for the ambient transaction it already worked in gets the physical one that is
    // enlisted; nothing inside a transaction is rejected.
    private bool NeedsLease(bool isClosed) =>
        !_lease.IsHeld && !Guard.IsDisabled && (isClosed || Connection.State == ConnectionState.Closed)
        && !(InTransaction && Guard.IsShut);

    // Outside a transaction, a command on an idle connection meets the gate when the circuit is open, or when its
    // permit is from before an outage, or when there is none because somebody else opened the connection.
    private bool MustPassGate =>
        !InTransaction && !Reading && !Guard.IsDisabled
        && (Guard.IsShut || !_lease.IsHeld || _lease.Slot!.Epoch != Guard.Epoch)
        && Connection.State != ConnectionState.Closed;

    private bool NeedsNewLease()
    {
        if (Guard.IsShut) Guard.RefuseCommand();
        if (_lease.IsHeld && _lease.Slot!.Epoch == Guard.Epoch) return false;
        // First back, then anew: if every permit were held by such a connection, each would wait for the others.
        _lease.Dispose();
        return true;
    }

    // What passes on a connection from before an outage (inside a transaction, that is) tells of that connection only.
    private long GenerationOfOperation =>
        _lease.IsHeld && _lease.Slot is { } slot && slot.Epoch != Guard.Epoch ? slot.Generation : Guard.Generation;

    private long GenerationOfHold => _lease.IsHeld ? _lease.Slot!.Generation : Guard.Generation;

    private void Take(DbGuardLease lease)
    {
        _lease = lease;
        if (Guard.CollectsLeaks) lease.Slot?.Own(Connection, lease.Version);
    }

    private void Opening(int brake)
    {
        _brake = brake;
        _opening = true;
        _closeIsWanted = _fallCounted = false;
        _ending = null;
        if (_lease.Slot is not { } slot) return;
        // Unless the brake held the open up, the slot says already when it began.
        if (brake == DbGuard.NotBraked) _running = new OperationStamp(slot.Generation, Math.Max(1, slot.AcquiredAt));
        else SetRunning(new OperationStamp(slot.Generation, Guard.OperationTime));
    }

    private void EndOpening()
    {
        _opening = false;
        int brake = _brake;
        _brake = DbGuard.NotBraked;
        Guard.LeaveOpen(brake);
    }

    private OperationStamp Start()
    {
        if (Guard.IsDisabled) return default;
        Watch();
        if (_ending is not null) Settle();
        var operation = new OperationStamp(GenerationOfOperation, Guard.OperationTime);
        SetRunning(operation);
        return operation;
    }

    // What the stall detector sees.
    private void SetRunning(OperationStamp operation)
    {
        _running = operation;
        if (!_lease.IsHeld || _lease.Slot is not { } slot) return;
        if (!operation.IsNone) slot.Generation = operation.Generation;
        Volatile.Write(
            ref slot.OperationStartedAt, operation.IsNone ? LeaseSlot.NotRunning : operation.StartedAt);
    }
}
