using System.Data;
using System.Data.Common;
using DbBreaker.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace DbBreaker.EntityFrameworkCore;

// SaveChanges: rejected before it begins when its connection is already open, because EF Core wraps what a command
// throws there in a DbUpdateException; and the failures of a batch's later statements, which only show here.
public sealed partial class DbGuardInterceptor
{
    InterceptionResult<int> ISaveChangesInterceptor.SavingChanges(
        DbContextEventData eventData, InterceptionResult<int> result)
    {
        if (!result.HasResult) MarkSaving(eventData.Context, true);
        if (!result.HasResult && FindGated(eventData.Context) is { } tracked)
        {
            tracked.BeforeCommand(inTransaction: false);
            tracked.EndWithoutVerdict();
        }

        return result;
    }

    ValueTask<InterceptionResult<int>> ISaveChangesInterceptor.SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken)
    {
        if (!result.HasResult) MarkSaving(eventData.Context, true);
        return !result.HasResult && FindGated(eventData.Context) is { } tracked ? Ask(tracked) : new(result);

        async ValueTask<InterceptionResult<int>> Ask(TrackedConnection tracked)
        {
            await tracked.BeforeCommandAsync(inTransaction: false, cancellationToken).ConfigureAwait(false);
            tracked.EndWithoutVerdict();
            return result;
        }
    }

    int ISaveChangesInterceptor.SavedChanges(SaveChangesCompletedEventData eventData, int result)
    {
        if (result > 0) NoteWrite(eventData.Context);
        MarkSaving(eventData.Context, false);
        return result;
    }

    ValueTask<int> ISaveChangesInterceptor.SavedChangesAsync(
        SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken)
    {
        if (result > 0) NoteWrite(eventData.Context);
        MarkSaving(eventData.Context, false);
        return new(result);
    }

    void ISaveChangesInterceptor.SaveChangesCanceled(DbContextEventData eventData) =>
        MarkSaving(eventData.Context, false);

    Task ISaveChangesInterceptor.SaveChangesCanceledAsync(
        DbContextEventData eventData, CancellationToken cancellationToken)
    {
        MarkSaving(eventData.Context, false);
        return Task.CompletedTask;
    }

    void ISaveChangesInterceptor.SaveChangesFailed(DbContextErrorEventData eventData) => SaveFailed(eventData);

    Task ISaveChangesInterceptor.SaveChangesFailedAsync(
        DbContextErrorEventData eventData, CancellationToken cancellationToken)
    {
        SaveFailed(eventData);
        return Task.CompletedTask;
    }

    // Only while the circuit is not closed, and only when there is something to save.
    private TrackedConnection? FindGated(DbContext? context)
    {
        if (context?.Database.GetDbConnection() is not { State: ConnectionState.Open } connection) return null;

        TrackedConnection tracked = Track(connection);
        DbGuard guard = tracked.Session.Guard;
        return guard.State != CircuitState.Closed
            && context.Database.CurrentTransaction is null
            && !IsEnlisted(guard, context)
            && context.ChangeTracker.HasChanges()
                ? tracked
                : null;
    }

    private void NoteWrite(DbContext? context)
    {
        if (context?.Database.GetDbConnection() is { } connection) Track(connection).NoteWrite(context);
    }

    // Only a guard with a fallback puts opens off, and only then it matters.
    private void MarkSaving(DbContext? context, bool isSaving)
    {
        if (context?.Database.GetDbConnection() is not { } connection) return;

        TrackedConnection tracked = Track(connection);
        if (tracked.Session.Guard.Fallbacks is not null) tracked.IsSaving = isSaving;
    }

    private void SaveFailed(DbContextErrorEventData eventData)
    {
        MarkSaving(eventData.Context, false);
        if (eventData.Context is not { } context || DriverException(eventData.Exception) is not { } exception) return;

        NoteWrite(context);
        ConnectionSession session = Track(context.Database.GetDbConnection()).Session;
        session.FailedOutside(exception, DbPhase.Reading);
    }

    // EF Core wraps it in DbUpdateException, and its execution strategies in a second exception around that.
    private static Exception? DriverException(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is DbGuardException) return null;
            if (exception is DbException or TimeoutException or IOException) return exception;
        }

        return null;
    }
}
