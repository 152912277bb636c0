using System.Data;
using System.Data.Common;
using DbBreaker.Data;
using DbBreaker.Fallback.Cache;

namespace DbBreaker.Fallback;

/// <summary>
/// One replica: its guard, its sessions and its lag. A read takes a connection of its own, whose life its reader ends.
/// Safe for concurrent use.
/// </summary>
internal sealed class Replica(DbGuard guard, ReplicaSource source, ReplicaSession session, ReplicaLag lag)
{
    public string Name => guard.Name;

    public bool IsHealthy => !guard.IsShut;

    /// <summary>Every replica is out: this one is asked again as soon as possible.</summary>
    public void Hurry() => guard.HurryProbe();

    public async ValueTask<FallbackAnswer?> AnswerAsync(
        DbFallbackCall call, bool async, CancellationToken cancellationToken)
    {
        var phase = DbPhase.Opening;
        GuardedDbConnection connection = source.CreateConnection(guard);
        try
        {
            if (async) await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            else connection.Open();
            await session.PrepareAsync(connection, async, cancellationToken).ConfigureAwait(false);
            if (await lag.IsBeyondAsync(connection, call, async, cancellationToken).ConfigureAwait(false))
            {
                await DisposeAsync(connection, async).ConfigureAwait(false);
                return null;
            }

            LagReading reading = lag.Latest;
            phase = DbPhase.Executing;
            DbDataReader reader =
                await ReplicaCommand.ReadAsync(call, connection, async, cancellationToken).ConfigureAwait(false);
            DbDataReader noted = CachedRead.Record(reader, call.Cached, reading);
            return new FallbackAnswer(noted, new DbReadOrigin(DbReadSource.Replica, Name, reading.Lag));
        }
        catch (Exception exception)
        {
            ConnectionState state = connection.State;
            await DisposeAsync(connection, async).ConfigureAwait(false);
            call.CancelRunning = null;
            if (cancellationToken.IsCancellationRequested) throw;
            if (!Declines(call, new DbFailure(exception, phase, TimeSpan.Zero, state))) throw;
            return null;
        }
    }

    // An error that the server gave to the caller's own statement is the answer: another server would say the same.
    private bool Declines(DbFallbackCall call, in DbFailure failure)
    {
        Exception exception = failure.Exception;
        if (failure.Phase == DbPhase.Executing)
        {
            if (guard.Adapter.IsReadOnlyRefusal(failure))
            {
                call.RefuseWrite($"replica {Name}", exception);
                return true;
            }

            DbFailureKind kind = DbFailureClassifier.Classify(guard.Adapter, failure);
            bool isReplicas = exception is DbGuardException || DbFailureClassifier.IsFailure(kind, failure)
                || kind is DbFailureKind.Saturated or DbFailureKind.Contention;
            if (!isReplicas) return false;
        }

        call.Decline($"replica {Name}", Describe(exception), exception);
        return true;
    }

    private static string Describe(Exception exception) => exception switch
    {
        DbCircuitOpenException => "is not there either (its circuit is open)",
        DbPoolSaturatedException => "has no connection free",
        DbException { SqlState: { } state } => $"failed ({exception.GetType().Name} {state})",
        _ => $"failed ({exception.GetType().Name})",
    };

    private static async ValueTask DisposeAsync(GuardedDbConnection connection, bool async)
    {
        if (async) await connection.DisposeAsync().ConfigureAwait(false);
        else connection.Dispose();
    }
}
