using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace DbBreaker.EntityFrameworkCore;

// Commands before they run: a command on an idle open connection is admitted or rejected, one inside a transaction
// always passes, and one that an interceptor before this one answered is none.
public sealed partial class DbGuardInterceptor
{
    InterceptionResult<DbDataReader> IDbCommandInterceptor.ReaderExecuting(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
    {
        if (result.HasResult) return result;
        if (MayFallBack(eventData)) return ReadOrFallBack(command, eventData, result);

        Admit(command, eventData);
        return result;
    }

    InterceptionResult<object> IDbCommandInterceptor.ScalarExecuting(
        DbCommand command, CommandEventData eventData, InterceptionResult<object> result)
    {
        if (!result.HasResult) Admit(command, eventData);
        return result;
    }

    InterceptionResult<int> IDbCommandInterceptor.NonQueryExecuting(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result)
    {
        if (!result.HasResult) Admit(command, eventData);
        return result;
    }

    ValueTask<InterceptionResult<DbDataReader>> IDbCommandInterceptor.ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result,
        CancellationToken cancellationToken)
    {
        if (result.HasResult) return new(result);
        return MayFallBack(eventData)
            ? ReadOrFallBackAsync(command, eventData, result, cancellationToken)
            : Then(AdmitAsync(command, eventData, cancellationToken), result);
    }

    ValueTask<InterceptionResult<object>> IDbCommandInterceptor.ScalarExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<object> result,
        CancellationToken cancellationToken) =>
        result.HasResult ? new(result) : Then(AdmitAsync(command, eventData, cancellationToken), result);

    ValueTask<InterceptionResult<int>> IDbCommandInterceptor.NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result,
        CancellationToken cancellationToken) =>
        result.HasResult ? new(result) : Then(AdmitAsync(command, eventData, cancellationToken), result);

    private void Admit(DbCommand command, CommandEventData eventData)
    {
        TrackedConnection tracked = Track(eventData.Connection);
        tracked.BeforeCommand(IsInTransaction(tracked, command, eventData));
    }

    private ValueTask AdmitAsync(DbCommand command, CommandEventData eventData, CancellationToken cancellationToken)
    {
        TrackedConnection tracked = Track(eventData.Connection);
        return tracked.BeforeCommandAsync(IsInTransaction(tracked, command, eventData), cancellationToken);
    }

    // EF Core puts its current transaction, begun or used, on each of its commands.
    private static bool IsInTransaction(TrackedConnection tracked, DbCommand command, CommandEventData eventData) =>
        command.Transaction is not null || IsEnlisted(tracked.Session.Guard, eventData.Context);

    private static ValueTask<InterceptionResult<T>> Then<T>(ValueTask admission, InterceptionResult<T> result)
    {
        return admission.IsCompletedSuccessfully ? new(result) : Awaited(admission, result);

        static async ValueTask<InterceptionResult<T>> Awaited(ValueTask admission, InterceptionResult<T> result)
        {
            await admission.ConfigureAwait(false);
            return result;
        }
    }
}
