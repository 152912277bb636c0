using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace DbBreaker.EntityFrameworkCore;

// Connections: a permit from opening to close. EF Core skips Closing and Closed when the driver broke the connection,
// so the permit's way back is the session's own eye on the connection's state, and these events only confirm it.
public sealed partial class DbGuardInterceptor
{
    DbConnection IDbConnectionInterceptor.ConnectionCreated(ConnectionCreatedEventData eventData, DbConnection result)
    {
        ContextBinding.RejectGuarded(result);
        return result;
    }

    InterceptionResult IDbConnectionInterceptor.ConnectionOpening(
        DbConnection connection, ConnectionEventData eventData, InterceptionResult result)
    {
        if (result.IsSuppressed) return result;

        TrackedConnection tracked = TrackForOpen(connection);
        tracked.ServesReaderOf(eventData.Context);
        if (MayDefer(tracked, eventData)) return OpenOrDefer(tracked, result);

        tracked.BeforeOpen();
        return result;
    }

    ValueTask<InterceptionResult> IDbConnectionInterceptor.ConnectionOpeningAsync(
        DbConnection connection, ConnectionEventData eventData, InterceptionResult result,
        CancellationToken cancellationToken)
    {
        if (result.IsSuppressed) return new(result);

        TrackedConnection tracked = TrackForOpen(connection);
        tracked.ServesReaderOf(eventData.Context);
        if (MayDefer(tracked, eventData)) return OpenOrDeferAsync(tracked, result, cancellationToken);

        ValueTask admission = tracked.BeforeOpenAsync(cancellationToken);
        return admission.IsCompletedSuccessfully ? new(result) : After(admission, result);
    }

    void IDbConnectionInterceptor.ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) =>
        Track(connection).Opened();

    Task IDbConnectionInterceptor.ConnectionOpenedAsync(
        DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken)
    {
        Track(connection).Opened();
        return Task.CompletedTask;
    }

    void IDbConnectionInterceptor.ConnectionFailed(DbConnection connection, ConnectionErrorEventData eventData) =>
        Track(connection).ConnectionFailed(eventData.Exception);

    Task IDbConnectionInterceptor.ConnectionFailedAsync(
        DbConnection connection, ConnectionErrorEventData eventData, CancellationToken cancellationToken)
    {
        Track(connection).ConnectionFailed(eventData.Exception);
        return Task.CompletedTask;
    }

    void IDbConnectionInterceptor.ConnectionCanceled(DbConnection connection, ConnectionEndEventData eventData) =>
        Track(connection).ConnectionCanceled();

    Task IDbConnectionInterceptor.ConnectionCanceledAsync(
        DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken)
    {
        Track(connection).ConnectionCanceled();
        return Task.CompletedTask;
    }

    InterceptionResult IDbConnectionInterceptor.ConnectionClosing(
        DbConnection connection, ConnectionEventData eventData, InterceptionResult result)
    {
        if (!result.IsSuppressed) Track(connection).Session.Closing();
        return result;
    }

    ValueTask<InterceptionResult> IDbConnectionInterceptor.ConnectionClosingAsync(
        DbConnection connection, ConnectionEventData eventData, InterceptionResult result)
    {
        if (!result.IsSuppressed) Track(connection).Session.Closing();
        return new(result);
    }

    void IDbConnectionInterceptor.ConnectionClosed(DbConnection connection, ConnectionEndEventData eventData) =>
        Track(connection).Closed();

    Task IDbConnectionInterceptor.ConnectionClosedAsync(DbConnection connection, ConnectionEndEventData eventData)
    {
        Track(connection).Closed();
        return Task.CompletedTask;
    }

    InterceptionResult IDbConnectionInterceptor.ConnectionDisposing(
        DbConnection connection, ConnectionEventData eventData, InterceptionResult result)
    {
        if (!result.IsSuppressed) Release(connection);
        return result;
    }

    ValueTask<InterceptionResult> IDbConnectionInterceptor.ConnectionDisposingAsync(
        DbConnection connection, ConnectionEventData eventData, InterceptionResult result)
    {
        if (!result.IsSuppressed) Release(connection);
        return new(result);
    }

    private void Release(DbConnection connection)
    {
        if (!Connections.TryGetValue(connection, out TrackedConnection? tracked)) return;

        Connections.Remove(connection);
        if (ReferenceEquals(_last, tracked)) _last = null;
        tracked.Session.Closing();
        tracked.Closed();
        tracked.Session.Detach();
    }

    private static async ValueTask<InterceptionResult> After(ValueTask admission, InterceptionResult result)
    {
        await admission.ConfigureAwait(false);
        return result;
    }
}
