using System.Data;
using DbBreaker.Admission;

namespace DbBreaker.Data;

// What an operation's exception says of the connection. A driver may throw first and close what it lost a moment later,
// on another thread: SqlClient does, from an asynchronous call. Whichever comes first, one lost connection is one
// failure, so both sides hand over to each other in one word, which an operation's start clears.
internal sealed partial class ConnectionSession
{
    /// <summary>Takes the word, and returns what it was.</summary>
    private object? BeginJudging() => Interlocked.Exchange(ref _ending, _judging);

    private void Judge(object? before, long generation, long startedAt, Exception exception, DbPhase phase)
    {
        ConnectionState state = before == _fell ? ConnectionState.Closed : Connection.State;
        var failure = new DbFailure(exception, phase, Guard.ElapsedSince(startedAt), state);
        if (DbGuard.IsOwnRejection(exception)) EndJudging(before);
        else if (Guard.IsSurvivedTimeout(failure))
        {
            var timeout = new SurvivedTimeout(failure, generation, startedAt, Guard.OperationTime);
            if (EndJudging(timeout)) CountLost(timeout);
        }
        else EndAs(Guard.Fail(generation, startedAt, failure), failure, before, generation);
    }

    private void EndAs(DbFailureKind kind, in DbFailure failure, object? before, long generation)
    {
        bool counted = DbFailureClassifier.IsFailure(kind, failure);
        // A server that is full says so, and then closes what it refuses.
        bool isExplained = counted || kind is DbFailureKind.Saturated || before == _explained;
        bool fell = EndJudging(isExplained ? _explained : null) || before == _fell;
        // The fall itself is a failure, whatever the exception was taken for, unless the server said why: it is full,
        // or it answered with an error after which the driver, or a limit on the session, closes a connection.
        bool serverSaidWhy = kind is DbFailureKind.Saturated or DbFailureKind.Answered or DbFailureKind.Contention;
        if (fell && !counted && !serverSaidWhy) Guard.ConnectionFell(generation);
    }

    /// <summary>Leaves the word, and returns whether the connection fell meanwhile.</summary>
    private bool EndJudging(object? ending)
    {
        if (Interlocked.CompareExchange(ref _ending, ending, _judging) != _fell) return false;
        _ending = null;
        return true;
    }

    private void CountLost(SurvivedTimeout timeout) => Guard.Fail(
        timeout.Generation, timeout.StartedAt, timeout.Failure with { StateAfter = ConnectionState.Closed });

    /// <summary>The connection outlived what ended last: if that was a timeout, the server has answered.</summary>
    private void Settle()
    {
        if (Interlocked.Exchange(ref _ending, null) is not SurvivedTimeout timeout) return;
        long since = timeout.StartedAt == LeaseSlot.NotRunning ? 0 : Guard.OperationTime - timeout.EndedAt;
        Guard.Fail(timeout.Generation, timeout.StartedAt + since, timeout.Failure);
    }
}
