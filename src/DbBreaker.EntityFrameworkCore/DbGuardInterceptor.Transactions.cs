using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace DbBreaker.EntityFrameworkCore;

// Transactions: their beginning on an idle connection is admitted like a command, everything after it passes. A commit
// that fails is evidence of the committing phase: its outcome is unknown.
public sealed partial class DbGuardInterceptor
{
    InterceptionResult<DbTransaction> IDbTransactionInterceptor.TransactionStarting(
        DbConnection connection, TransactionStartingEventData eventData, InterceptionResult<DbTransaction> result)
    {
        if (!result.HasResult) Track(connection).BeforeCommand(inTransaction: false);
        return result;
    }

    ValueTask<InterceptionResult<DbTransaction>> IDbTransactionInterceptor.TransactionStartingAsync(
        DbConnection connection, TransactionStartingEventData eventData, InterceptionResult<DbTransaction> result,
        CancellationToken cancellationToken) =>
        result.HasResult
            ? new(result)
            : Then(Track(connection).BeforeCommandAsync(inTransaction: false, cancellationToken), result);

    DbTransaction IDbTransactionInterceptor.TransactionStarted(
        DbConnection connection, TransactionEndEventData eventData, DbTransaction result)
    {
        Began(connection);
        return result;
    }

    ValueTask<DbTransaction> IDbTransactionInterceptor.TransactionStartedAsync(
        DbConnection connection, TransactionEndEventData eventData, DbTransaction result,
        CancellationToken cancellationToken)
    {
        Began(connection);
        return new(result);
    }

    DbTransaction IDbTransactionInterceptor.TransactionUsed(
        DbConnection connection, TransactionEventData eventData, DbTransaction result)
    {
        Began(connection);
        return result;
    }

    ValueTask<DbTransaction> IDbTransactionInterceptor.TransactionUsedAsync(
        DbConnection connection, TransactionEventData eventData, DbTransaction result,
        CancellationToken cancellationToken)
    {
        Began(connection);
        return new(result);
    }

    InterceptionResult IDbTransactionInterceptor.TransactionCommitting(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result) =>
        Ungated(eventData, result);

    ValueTask<InterceptionResult> IDbTransactionInterceptor.TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result,
        CancellationToken cancellationToken) =>
        new(Ungated(eventData, result));

    void IDbTransactionInterceptor.TransactionCommitted(
        DbTransaction transaction, TransactionEndEventData eventData) => Committed(eventData);

    Task IDbTransactionInterceptor.TransactionCommittedAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken) =>
        Committed(eventData);

    InterceptionResult IDbTransactionInterceptor.TransactionRollingBack(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result) =>
        Ungated(eventData, result);

    ValueTask<InterceptionResult> IDbTransactionInterceptor.TransactionRollingBackAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result,
        CancellationToken cancellationToken) =>
        new(Ungated(eventData, result));

    void IDbTransactionInterceptor.TransactionRolledBack(
        DbTransaction transaction, TransactionEndEventData eventData) => Ended(eventData);

    Task IDbTransactionInterceptor.TransactionRolledBackAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken) =>
        Ended(eventData);

    void IDbTransactionInterceptor.TransactionFailed(DbTransaction transaction, TransactionErrorEventData eventData) =>
        Failed(eventData);

    Task IDbTransactionInterceptor.TransactionFailedAsync(
        DbTransaction transaction, TransactionErrorEventData eventData, CancellationToken cancellationToken) =>
        Failed(eventData);

    // BEGIN proves nothing: some drivers send it with the first command.
    private void Began(DbConnection connection)
    {
        TrackedConnection tracked = Track(connection);
        tracked.EndWithoutVerdict();
        tracked.Session.TransactionStarted();
    }

    private InterceptionResult Ungated(TransactionEventData eventData, InterceptionResult result)
    {
        if (!result.IsSuppressed && ConnectionOf(eventData) is { } tracked) tracked.BeforeUngated();
        return result;
    }

    private Task Committed(TransactionEndEventData eventData)
    {
        Task ended = Ended(eventData);
        NoteWrite(eventData.Context);
        return ended;
    }

    private Task Ended(TransactionEndEventData eventData)
    {
        if (ConnectionOf(eventData) is { } tracked)
        {
            tracked.Succeeded();
            tracked.Session.TransactionEnded();
        }

        return Task.CompletedTask;
    }

    private Task Failed(TransactionErrorEventData eventData)
    {
        // "Commit" is the action's name in EF Core's RelationalTransaction; the others are roll back and savepoints.
        DbPhase phase = eventData.Action == "Commit" ? DbPhase.Committing : DbPhase.Executing;
        ConnectionOf(eventData)?.Failed(eventData.Exception, phase);
        return Task.CompletedTask;
    }
}
