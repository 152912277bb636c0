using System.Data;
using System.Data.Common;
using DbBreaker.Data;

namespace DbBreaker.Fallback;

/// <summary>
/// The reads of one command or batch: on the primary when the guard admits them, else on whatever its fallback offers.
/// Like the command, it serves one caller at a time, except for <see cref="Cancel"/>.
/// </summary>
internal sealed class FallbackRead
{
    private DbFallbackCall? _call;

    /// <summary>Where the latest answer came from, or null when it was the primary's.</summary>
    public DbReadOrigin? Origin => _call?.Origin;

    /// <summary>Whether the operation is a read that may be answered elsewhere: a query outside a
    /// transaction.</summary>
    public static bool IsPossible(ConnectionSession? session, in OperationPlan plan) =>
        session is { MayFallBack: true, InTransaction: false } && session.Guard.Fallbacks is not null
        && plan is { Gated: true, Effect: TransactionEffect.None };

    public void Cancel() => _call?.CancelRunning?.Invoke();

    public TResult Run<TResult>(
        GuardedDbConnection connection,
        OperationPlan plan,
        Query query,
        Func<Query, TResult> run,
        Func<DbDataReader, TResult> take)
    {
        _call = null;
        ConnectionSession session = connection.Session!;
        DbGuardException? rejection = null;
        if (!session.FallsBack)
        {
            try
            {
                return GuardedOperation.Run(session, plan, query, run);
            }
            catch (DbGuardException refused) when (session.Guard.FallsBackOn(refused))
            {
                rejection = refused;
            }
        }

        DbFallbackCall call = Begin(query.ToCall(session.Guard), session, rejection);
        DbDataReader reader = session.Guard.Fallbacks!.Answer(call).Reader;
        if ((call.Behavior & CommandBehavior.CloseConnection) != 0) connection.Close();
        return take(reader);
    }

    public async Task<TResult> RunAsync<TResult>(
        GuardedDbConnection connection,
        OperationPlan plan,
        Query query,
        Func<Query, CancellationToken, Task<TResult>> run,
        Func<DbDataReader, CancellationToken, Task<TResult>> take,
        CancellationToken cancellationToken)
    {
        _call = null;
        ConnectionSession session = connection.Session!;
        DbGuardException? rejection = null;
        if (!session.FallsBack)
        {
            try
            {
                return await GuardedOperation.RunAsync(session, plan, query, run, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (DbGuardException refused) when (session.Guard.FallsBackOn(refused))
            {
                rejection = refused;
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        DbFallbackCall call = Begin(query.ToCall(session.Guard), session, rejection);
        FallbackAnswer answer =
            await session.Guard.Fallbacks!.AnswerAsync(call, cancellationToken).ConfigureAwait(false);
        // The rows do not come over the caller's connection, so nothing is lost when it closes first.
        if ((call.Behavior & CommandBehavior.CloseConnection) != 0) await connection.CloseAsync().ConfigureAwait(false);
        return await take(answer.Reader, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The first value of the first row, as <see cref="DbCommand.ExecuteScalar"/> gives it.</summary>
    public static object? Scalar(DbDataReader reader)
    {
        using (reader) return reader.Read() && reader.FieldCount > 0 ? reader.GetValue(0) : null;
    }

    /// <inheritdoc cref="Scalar"/>
    public static async Task<object?> ScalarAsync(DbDataReader reader, CancellationToken cancellationToken)
    {
        await using (reader.ConfigureAwait(false))
        {
            return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) && reader.FieldCount > 0
                ? reader.GetValue(0)
                : null;
        }
    }

    private DbFallbackCall Begin(DbFallbackCall call, ConnectionSession session, DbGuardException? rejection)
    {
        call.WroteLately = session.WroteLately;
        if (rejection is not null) call.Rejection = rejection;
        return _call = call;
    }
}
