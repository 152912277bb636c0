using Microsoft.Extensions.Logging;

namespace DbBreaker.Telemetry;

/// <summary>
/// Turns a storm of rejections into a few lines: the first one at once with its reason, the others as a sum every ten
/// seconds while there are any. A rejection costs a flag's read, because the guard counts anyway.
/// </summary>
internal sealed class RejectionLog(DbGuard guard, GuardJournal journal)
{
    internal static readonly TimeSpan SummaryInterval = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new(); // Guards the sums and the timer.
    private volatile bool _isSumming;
    private volatile bool _wasOff; // Rejections went by that no line is to tell of.
    private ITimer? _timer;
    private long _open, _saturated, _observed; // What lines have told of.
    private long _since;

    public void OnRejected(DbGuard rejecting, RejectionCause cause, string? text)
    {
        if (_isSumming) return;
        if (!journal.Logger.IsEnabled(LogLevel.Warning))
        {
            if (!_wasOff) _wasOff = true;
            return;
        }

        lock (_lock)
        {
            if (_isSumming) return;
            Begin_NeedsLock(cause);
            _isSumming = true;
            _timer ??= journal.Time.CreateTimer(
                static log => ((RejectionLog)log!).Summarize(), this,
                Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(SummaryInterval, Timeout.InfiniteTimeSpan);
        }

        if (cause == RejectionCause.Observed) WriteObserved(1, TimeSpan.Zero);
        else
        {
            Log.CallRejected(
                journal.Logger, guard.Name, cause.ToString(), WithoutName(text ?? guard.LastReason),
                (long)SummaryInterval.TotalMilliseconds);
        }
    }

    // An error names its guard first and ends with a stop; the line has both already.
    private string WithoutName(string text) =>
        (text.StartsWith(guard.Name + ": ", StringComparison.Ordinal) ? text[(guard.Name.Length + 2)..] : text)
        .TrimEnd('.');

    private void Summarize()
    {
        long open, saturated, observed;
        TimeSpan elapsed;
        lock (_lock)
        {
            open = guard.RejectedOpen - _open;
            saturated = guard.RejectedSaturated - _saturated;
            observed = guard.WouldHaveRejected - _observed;
            elapsed = journal.Time.GetElapsedTime(_since);
            // One quiet interval ends it; a rejection that comes just now is the first of the next storm.
            if (open + saturated + observed == 0) _isSumming = false;
            else
            {
                Mark_NeedsLock();
                _timer!.Change(SummaryInterval, Timeout.InfiniteTimeSpan);
            }
        }

        if (open + saturated > 0)
            Log.CallsRejected(journal.Logger, guard.Name, open, saturated, (long)elapsed.TotalMilliseconds);
        if (observed > 0) WriteObserved(observed, elapsed);
    }

    // Of others that were rejected just before, no line has told: they are in the first sum.
    private void Begin_NeedsLock(RejectionCause first)
    {
        if (_wasOff) Mark_NeedsLock();
        else if (first == RejectionCause.Open) _open++;
        else if (first == RejectionCause.Saturated) _saturated++;
        else _observed++;
        _wasOff = false;
        _since = journal.Time.GetTimestamp();
    }

    private void Mark_NeedsLock()
    {
        _open = guard.RejectedOpen;
        _saturated = guard.RejectedSaturated;
        _observed = guard.WouldHaveRejected;
        _since = journal.Time.GetTimestamp();
    }

    private void WriteObserved(long calls, TimeSpan elapsed) => Log.CallsObserved(
        journal.Logger, guard.Name, calls, (long)elapsed.TotalMilliseconds, guard.State, guard.PermitsInUse,
        guard.EffectiveLimit);
}
