using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace DbBreaker.EntityFrameworkCore;

// Commands when they ended. EF Core tells a cancellation without its exception, and hands this interceptor's own
// rejection back to it as a failure; neither says anything about the server.
public sealed partial class DbGuardInterceptor
{
    DbDataReader IDbCommandInterceptor.ReaderExecuted(
        DbCommand command, CommandExecutedEventData eventData, DbDataReader result)
    {
        return Track(eventData.Connection).ReaderOpened(result);
    }

    ValueTask<DbDataReader> IDbCommandInterceptor.ReaderExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken)
    {
        return new(Track(eventData.Connection).ReaderOpened(result));
    }

    object? IDbCommandInterceptor.ScalarExecuted(DbCommand command, CommandExecutedEventData eventData, object? result)
    {
        Track(eventData.Connection).Succeeded();
        return result;
    }

    ValueTask<object?> IDbCommandInterceptor.ScalarExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, object? result, CancellationToken cancellationToken)
    {
        Track(eventData.Connection).Succeeded();
        return new(result);
    }

    int IDbCommandInterceptor.NonQueryExecuted(DbCommand command, CommandExecutedEventData eventData, int result)
    {
        Track(eventData.Connection).Wrote(eventData.Context);
        return result;
    }

    ValueTask<int> IDbCommandInterceptor.NonQueryExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken)
    {
        Track(eventData.Connection).Wrote(eventData.Context);
        return new(result);
    }

    void IDbCommandInterceptor.CommandFailed(DbCommand command, CommandErrorEventData eventData) =>
        Track(eventData.Connection).Failed(eventData.Exception, DbPhase.Executing);

    Task IDbCommandInterceptor.CommandFailedAsync(
        DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken)
    {
        Track(eventData.Connection).Failed(eventData.Exception, DbPhase.Executing);
        return Task.CompletedTask;
    }

    void IDbCommandInterceptor.CommandCanceled(DbCommand command, CommandEndEventData eventData) =>
        Track(eventData.Connection).EndWithoutVerdict();

    Task IDbCommandInterceptor.CommandCanceledAsync(
        DbCommand command, CommandEndEventData eventData, CancellationToken cancellationToken)
    {
        Track(eventData.Connection).EndWithoutVerdict();
        return Task.CompletedTask;
    }

    InterceptionResult IDbCommandInterceptor.DataReaderClosing(
        DbCommand command, DataReaderClosingEventData eventData, InterceptionResult result)
    {
        if (command.Connection is { } connection) Track(connection).ReaderClosed(eventData.DataReader);
        return result;
    }

    ValueTask<InterceptionResult> IDbCommandInterceptor.DataReaderClosingAsync(
        DbCommand command, DataReaderClosingEventData eventData, InterceptionResult result)
    {
        if (command.Connection is { } connection) Track(connection).ReaderClosed(eventData.DataReader);
        return new(result);
    }
}
