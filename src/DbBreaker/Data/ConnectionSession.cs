using System.Data.Common;

namespace DbBreaker.Data;

/// <summary>
/// The guard's view of one driver connection, the same for the ADO.NET wrapper and for EF Core: holds the permit from
/// open to close, stamps operations, and notices a connection that falls without being closed.
/// One per connection object; used like the connection, by one caller at a time, except for state changes.
/// </summary>
internal sealed class ConnectionSession
{
    /// <summary>Attaches to a driver connection and subscribes to its state once.</summary>
    public ConnectionSession(DbConnection connection, DbGuard guard)
    {
        Connection = connection;
        Guard = guard;
    }

    public DbConnection Connection { get; }

    public DbGuard Guard { get; }

    public bool InTransaction { get; private set; }

    /// <summary>
    /// Whether every wanted close is announced by <see cref="Closing"/>. EF Core closes without an event when a context
    /// is disposed or returned to its pool with its connection open, and users close connections that they handed to a
    /// context; with false, a fall is a failure only while an operation runs, a reader is open or a transaction is.
    /// </summary>
    public bool AnnouncesCloses { get; init; } = true;

    /// <summary>Whether a reader is open: rows may still come, so a fall now is a failure.</summary>
    public bool Reading { get; set; }

    /// <summary>Takes a permit before the pool is asked. Throws the rejection.</summary>
    public void BeforeOpen() => throw new NotImplementedException();

    /// <inheritdoc cref="BeforeOpen"/>
    public ValueTask BeforeOpenAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The connection is open. Proves nothing: a warm pool asks no server.</summary>
    public void Opened() => throw new NotImplementedException();

    /// <summary>The open failed or was cancelled: evidence, and the permit is back.</summary>
    public void OpenFailed(Exception exception) => throw new NotImplementedException();

    /// <summary>The open was cancelled and nobody hands over the exception (EF Core): the permit is back, and there is no
    /// evidence. Does nothing when no open is in progress.</summary>
    public void OpenCancelled() => throw new NotImplementedException();

    /// <summary>Admits a command: rejected on an idle open connection while the circuit is open, never inside a
    /// transaction. Returns the operation to hand to its end.</summary>
    public OperationStamp BeforeCommand() => throw new NotImplementedException();

    /// <inheritdoc cref="BeforeCommand"/>
    public ValueTask<OperationStamp> BeforeCommandAsync(CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Starts an operation that always passes (commit, rollback, savepoint, prepare).</summary>
    public OperationStamp BeforeUngated() => throw new NotImplementedException();

    public void Succeeded(OperationStamp operation) => throw new NotImplementedException();

    public void Failed(OperationStamp operation, Exception exception, DbPhase phase) =>
        throw new NotImplementedException();

    /// <summary>The operation ended with neither (EF reports a cancellation without an exception object).</summary>
    public void Cancelled(OperationStamp operation) => throw new NotImplementedException();

    /// <summary>A failure that was seen outside an operation: mid-read, a later statement of a batch.</summary>
    public void FailedOutside(Exception exception, DbPhase phase) => throw new NotImplementedException();

    /// <summary>A transaction began; nested calls do not count twice.</summary>
    public void TransactionStarted() => InTransaction = true;

    public void TransactionEnded() => InTransaction = false;

    /// <summary>The caller closes or disposes the connection: the coming fall to Closed is wanted.</summary>
    public void Closing() => throw new NotImplementedException();

    /// <summary>The connection was closed: the permit is back. Any number of times, from any event.</summary>
    public void Closed() => throw new NotImplementedException();

    /// <summary>Closed for good: the subscription ends too.</summary>
    public void Detach() => throw new NotImplementedException();
}
