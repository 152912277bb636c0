using DbBreaker.Liveness;
using Microsoft.Extensions.Logging;

namespace DbBreaker.Telemetry;

/// <summary>One guard's lines: each transition with its reason, and a storm of rejections as a few sums.</summary>
internal sealed class GuardLog(GuardJournal journal)
{
    private DateTimeOffset _openSince;
    private DateTimeOffset _troubleSince;
    private long _rejectedBefore;

    public void Follow(DbGuard guard)
    {
        var rejections = new RejectionLog(guard, journal);
        guard.Transitioned += OnTransition;
        guard.Rejected += rejections.OnRejected;
        guard.LeakSuspected += (leaky, held, stack) =>
            Log.ConnectionLeaked(journal.Logger, leaky.Name, (long)held.TotalMilliseconds, stack);
        guard.Probed += OnProbe;
        guard.FallbackBegan += (shut, source) => Log.FallbackBegan(journal.Logger, shut.Name, source, shut.State);
    }

    private void OnTransition(DbGuard guard, DbGuardTransition t)
    {
        ILogger logger = journal.Logger;
        string note = guard.Options.Mode == DbGuardMode.Observe ? " (observing only: nothing is rejected)" : "";
        if (t.From == CircuitState.Closed)
        {
            _troubleSince = t.At;
            _rejectedBefore = guard.Rejections;
        }

        switch (t.To)
        {
            case CircuitState.Open:
                _openSince = t.At;
                Log.CircuitOpened(
                    logger, t.GuardName, note, t.Reason, t.PermitsInUse, t.PermitLimit, t.Waiting, Ms(t.BreakDuration));
                break;
            case CircuitState.HalfOpen:
                Log.CircuitHalfOpened(logger, t.GuardName, note, t.Reason, Ms(t.At - _openSince));
                break;
            case CircuitState.Isolated:
                Log.CircuitIsolated(logger, t.GuardName, t.Reason, note, t.From);
                break;
            default:
                Log.CircuitClosed(
                    logger, t.GuardName, note, t.Reason, Ms(t.At - _troubleSince), guard.Rejections - _rejectedBefore);
                break;
        }
    }

    private void OnProbe(DbGuard guard, ProbeResult result)
    {
        if (!journal.Logger.IsEnabled(LogLevel.Debug)) return;
        // The exception's type only: a driver's message may name the user.
        string failure = result.Failure is { } exception ? $" ({exception.GetType().Name})" : "";
        Log.ServerProbed(journal.Logger, guard.Name, result.Outcome.ToString(), Ms(result.Elapsed), failure);
    }

    private static long Ms(TimeSpan time) => (long)time.TotalMilliseconds;
}
