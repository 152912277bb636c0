using System.Data.Common;

namespace DbBreaker.Liveness;

/// <summary>Runs one probe to its end on a thread of its own, synchronously: a thread pool that is starved by the very
/// callers that wait for this answer cannot delay it, and no driver's disregard for tokens matters.</summary>
internal static class ServerProbe
{
    /// <summary>How long the driver may go on after the deadline, so that a late answer still arrives.</summary>
    private static readonly TimeSpan _driverTimeout = TimeSpan.FromSeconds(5);

    public static void Launch(
        AttendedClock clock, DbProviderAdapter adapter, DbConnection prototype, TimeSpan timeout, ProbeAttempt attempt)
    {
        TimeSpan giveUp = timeout > _driverTimeout ? timeout : _driverTimeout;
        var thread = new Thread(() => attempt.Complete(Ask(clock, adapter, prototype, giveUp, attempt)))
        {
            IsBackground = true,
            Name = "DbBreaker probe",
        };
        thread.UnsafeStart();
    }

    public static void Launch(
        AttendedClock clock, Func<CancellationToken, Task> probe, TimeSpan timeout, ProbeAttempt attempt)
    {
        // Made here, on the guard's tick, so that the token's time and the guard's run from the same moment.
        var deadline = new CancellationTokenSource(timeout, clock.Time);
        _ = Task.Run(async () =>
        {
            using CancellationTokenSource owned = deadline;
            try
            {
                await probe(owned.Token).ConfigureAwait(false);
                attempt.Complete(new ProbeResult(ProbeOutcome.Answered, Elapsed(clock, attempt)));
            }
            catch (Exception exception)
            {
                // Whatever the user's probe throws is its way to say "no".
                attempt.Complete(new ProbeResult(ProbeOutcome.Failed, Elapsed(clock, attempt), exception));
            }
        });
    }

    private static ProbeResult Ask(
        AttendedClock clock, DbProviderAdapter adapter, DbConnection prototype, TimeSpan giveUp, ProbeAttempt attempt)
    {
        var phase = DbPhase.Opening;
        DbConnection? connection = null;
        try
        {
            connection = adapter.CreateProbeConnection(prototype, giveUp);
            connection.Open();
            phase = DbPhase.Executing;
            using DbCommand command = connection.CreateCommand();
            command.CommandText = adapter.ProbeCommandText;
            command.ExecuteScalar();
            return new ProbeResult(ProbeOutcome.Answered, Elapsed(clock, attempt));
        }
        catch (Exception exception)
        {
            // Every exception is an outcome here: the classifier tells an error that the server sent from silence.
            TimeSpan elapsed = Elapsed(clock, attempt);
            var failure = new DbFailure(exception, phase, elapsed, connection?.State);
            if (adapter.IsProbeAnswered(failure)) return new ProbeResult(ProbeOutcome.Answered, elapsed, exception);
            // A probe that could not even be sent tells nothing of the server.
            bool sent = DbFailureClassifier.Classify(adapter, failure) != DbFailureKind.Misuse;
            return new ProbeResult(sent ? ProbeOutcome.Failed : ProbeOutcome.Unknown, elapsed, exception);
        }
        finally
        {
            Discard(connection);
        }
    }

    private static void Discard(DbConnection? connection)
    {
        try
        {
            connection?.Dispose();
        }
        catch (Exception exception) when (exception is DbException or InvalidOperationException or IOException)
        {
            // The connection is lost already; the verdict stands.
        }
    }

    private static TimeSpan Elapsed(AttendedClock clock, ProbeAttempt attempt) =>
        TimeSpan.FromTicks(clock.Now - attempt.StartedAtExact);
}
