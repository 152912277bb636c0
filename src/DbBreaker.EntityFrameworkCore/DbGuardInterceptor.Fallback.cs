using System.Data;
using System.Data.Common;
using DbBreaker.Fallback;
using DbBreaker.Fallback.Cache;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace DbBreaker.EntityFrameworkCore;

// Reads while the guard rejects. EF Core opens before it says what for, so the open is suppressed; a query then gets a
// reader from elsewhere, and everything else opens the connection after all, or gets the rejection. Connection strings
// are left alone: pooled contexts would keep the wrong one.
public sealed partial class DbGuardInterceptor
{
    // Migrations and CanConnect open connections of their own, which stand for nothing but themselves.
    private static bool MayDefer(TrackedConnection tracked, ConnectionEventData eventData) =>
        tracked.Session.Guard.Fallbacks is not null
        && !tracked.IsSaving
        && eventData.Context is { } context
        && ReferenceEquals(context.Database.GetDbConnection(), eventData.Connection)
        && !IsEnlisted(tracked.Session.Guard, context);

    private static InterceptionResult OpenOrDefer(TrackedConnection tracked, InterceptionResult result)
    {
        if (tracked.TryDefer()) return InterceptionResult.Suppress();

        try
        {
            tracked.BeforeOpen();
            return result;
        }
        catch (DbGuardException rejection) when (tracked.Session.Defers(rejection))
        {
            tracked.Session.Defer();
            return InterceptionResult.Suppress();
        }
    }

    private static async ValueTask<InterceptionResult> OpenOrDeferAsync(
        TrackedConnection tracked, InterceptionResult result, CancellationToken cancellationToken)
    {
        if (tracked.TryDefer()) return InterceptionResult.Suppress();

        try
        {
            await tracked.BeforeOpenAsync(cancellationToken).ConfigureAwait(false);
            return result;
        }
        catch (DbGuardException rejection) when (tracked.Session.Defers(rejection))
        {
            tracked.Session.Defer();
            return InterceptionResult.Suppress();
        }
    }

    private bool MayFallBack(CommandEventData eventData) =>
        eventData.CommandSource is CommandSource.LinqQuery or CommandSource.FromSqlQuery
        && Track(eventData.Connection).Session.Guard.Fallbacks is not null;

    private (TrackedConnection Tracked, bool InTransaction, DbFallbackCall Call) Prepare(
        DbCommand command, CommandEventData eventData)
    {
        TrackedConnection tracked = Track(eventData.Connection);
        bool inTransaction = IsInTransaction(tracked, command, eventData);
        tracked.ServesReaderOf(eventData.Context);
        DbFallbackCall call = new(tracked.Session.Guard, command, CommandBehavior.Default)
        {
            Cached = inTransaction ? null : FindCached(tracked, command),
            WroteLately = tracked.Session.WroteLately,
        };
        return (tracked, inTransaction, call);
    }

    private InterceptionResult<DbDataReader> ReadOrFallBack(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
    {
        (TrackedConnection tracked, bool inTransaction, DbFallbackCall call) = Prepare(command, eventData);
        if (!tracked.FallsBack(inTransaction))
        {
            try
            {
                tracked.BeforeCommand(inTransaction);
                tracked.Recording = call.Cached;
                return result;
            }
            catch (DbGuardException rejection) when (!inTransaction && tracked.Session.Guard.FallsBackOn(rejection))
            {
                call.Rejection = rejection;
            }
        }

        FallbackAnswer answer = tracked.Session.Guard.Fallbacks!.Answer(call);
        return InterceptionResult<DbDataReader>.SuppressWithResult(tracked.StandsIn(answer.Reader));
    }

    private async ValueTask<InterceptionResult<DbDataReader>> ReadOrFallBackAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result,
        CancellationToken cancellationToken)
    {
        (TrackedConnection tracked, bool inTransaction, DbFallbackCall call) = Prepare(command, eventData);
        if (!tracked.FallsBack(inTransaction))
        {
            try
            {
                await tracked.BeforeCommandAsync(inTransaction, cancellationToken).ConfigureAwait(false);
                tracked.Recording = call.Cached;
                return result;
            }
            catch (DbGuardException rejection) when (!inTransaction && tracked.Session.Guard.FallsBackOn(rejection))
            {
                call.Rejection = rejection;
            }
        }

        FallbackAnswer answer =
            await tracked.Session.Guard.Fallbacks!.AnswerAsync(call, cancellationToken).ConfigureAwait(false);
        return InterceptionResult<DbDataReader>.SuppressWithResult(tracked.StandsIn(answer.Reader));
    }
}
