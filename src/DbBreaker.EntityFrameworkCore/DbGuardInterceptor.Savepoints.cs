using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace DbBreaker.EntityFrameworkCore;

// Savepoints always pass, and they reach the server: their ends are evidence like a command's.
public sealed partial class DbGuardInterceptor
{
    InterceptionResult IDbTransactionInterceptor.CreatingSavepoint(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result) =>
        Ungated(eventData, result);

    ValueTask<InterceptionResult> IDbTransactionInterceptor.CreatingSavepointAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result,
        CancellationToken cancellationToken) =>
        new(Ungated(eventData, result));

    void IDbTransactionInterceptor.CreatedSavepoint(DbTransaction transaction, TransactionEventData eventData) =>
        SavepointDone(eventData);

    Task IDbTransactionInterceptor.CreatedSavepointAsync(
        DbTransaction transaction, TransactionEventData eventData, CancellationToken cancellationToken) =>
        SavepointDone(eventData);

    InterceptionResult IDbTransactionInterceptor.RollingBackToSavepoint(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result) =>
        Ungated(eventData, result);

    ValueTask<InterceptionResult> IDbTransactionInterceptor.RollingBackToSavepointAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result,
        CancellationToken cancellationToken) =>
        new(Ungated(eventData, result));

    void IDbTransactionInterceptor.RolledBackToSavepoint(DbTransaction transaction, TransactionEventData eventData) =>
        SavepointDone(eventData);

    Task IDbTransactionInterceptor.RolledBackToSavepointAsync(
        DbTransaction transaction, TransactionEventData eventData, CancellationToken cancellationToken) =>
        SavepointDone(eventData);

    InterceptionResult IDbTransactionInterceptor.ReleasingSavepoint(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result) =>
        Ungated(eventData, result);

    ValueTask<InterceptionResult> IDbTransactionInterceptor.ReleasingSavepointAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result,
        CancellationToken cancellationToken) =>
        new(Ungated(eventData, result));

    void IDbTransactionInterceptor.ReleasedSavepoint(DbTransaction transaction, TransactionEventData eventData) =>
        SavepointDone(eventData);

    Task IDbTransactionInterceptor.ReleasedSavepointAsync(
        DbTransaction transaction, TransactionEventData eventData, CancellationToken cancellationToken) =>
        SavepointDone(eventData);

    private Task SavepointDone(TransactionEventData eventData)
    {
        ConnectionOf(eventData)?.Succeeded();
        return Task.CompletedTask;
    }

    // From the context: a transaction that ended, or whose connection broke, no longer gives its connection away.
    private TrackedConnection? ConnectionOf(TransactionEventData eventData) =>
        eventData.Context is { } context ? Track(context.Database.GetDbConnection()) : null;
}
