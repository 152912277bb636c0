using System.Data;
using DbBreaker.Admission;

namespace DbBreaker.Data;

// A connection that falls without being closed, and what an exception says of it. A driver may throw first and close
// what it lost a moment later, on another thread: SqlClient does, from an asynchronous call. Whichever comes first, one
// lost connection is one failure, so both sides hand over to each other in one word, which an operation's start clears.
internal sealed partial class ConnectionSession
{
    private static readonly object _fell = new();      // While an operation ran or was judged, whose end counts it.
    private static readonly object _judging = new();   // An operation has ended with an exception.
    private static readonly object _explained = new(); // The exception has said all: a fall that follows is no news.

    // A driver notices a lost connection when it uses it, so the watch begins with the first use, once for each object.
    private void Watch()
    {
        if (_isWatching) return;
        _isWatching = true;
        Connection.StateChange += OnStateChange;
    }

    /// <summary>Takes the word, and returns what it was.</summary>
    private object? BeginJudging() => Interlocked.Exchange(ref _ending, _judging);

    private void Judge(object? before, long generation, long startedAt, Exception exception, DbPhase phase)
    {
        bool fell = before == _fell;
        ConnectionState state = fell ? ConnectionState.Closed : Connection.State;
        var failure = new DbFailure(exception, phase, Guard.ElapsedSince(startedAt), state);
        if (DbGuard.IsOwnRejection(exception))
        {
            EndJudging(before);
            return;
        }

        if (Guard.IsSurvivedTimeout(failure))
        {
            var timeout = new SurvivedTimeout(failure, generation, startedAt, Guard.OperationTime);
            if (EndJudging(timeout)) CountLost(timeout);
            return;
        }

        DbFailureKind kind = Guard.Fail(generation, startedAt, failure);
        bool counted = DbFailureClassifier.IsFailure(kind, failure);
        // A server that is full says so, and then closes what it refuses.
        bool isExplained = counted || kind is DbFailureKind.Saturated || before == _explained;
        if (EndJudging(isExplained ? _explained : null)) fell = true;
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

    // After an operation that ended well, or with nobody to say how.
    private void CountFall(long generation)
    {
        if (Interlocked.CompareExchange(ref _ending, null, _fell) == _fell) Guard.ConnectionFell(generation);
    }

    private void CountLost(SurvivedTimeout timeout) => Guard.Fail(
        timeout.Generation, timeout.StartedAt, timeout.Failure with { StateAfter = ConnectionState.Closed });

    /// <summary>Whatever ended last, the connection outlived it: if it was a timeout, the server has answered.</summary>
    private void Settle()
    {
        if (Interlocked.Exchange(ref _ending, null) is not SurvivedTimeout timeout) return;
        long since = timeout.StartedAt == LeaseSlot.NotRunning ? 0 : Guard.OperationTime - timeout.EndedAt;
        Guard.Fail(timeout.Generation, timeout.StartedAt + since, timeout.Failure);
    }

    private void OnStateChange(object sender, StateChangeEventArgs change)
    {
        if (_isDetached) return;
        // From Connecting it is an open that failed, which ends with an exception; from Broken it fell before.
        if (change.OriginalState is ConnectionState.Closed or ConnectionState.Connecting or ConnectionState.Broken
            || change.CurrentState is not (ConnectionState.Closed or ConnectionState.Broken)) return;
        bool expected = _closeIsWanted || (_running.IsNone && (ClosesWithReader || IsUnannouncedClose));
        long generation = GenerationOfHold;
        object? lost = expected ? null : TakeLoss();
        Closed();
        _closeIsWanted = false;
        if (lost is null) return;
        _fallCounted = true;
        if (lost is SurvivedTimeout timeout) CountLost(timeout);
        else Guard.ConnectionFell(generation);
    }

    // What a fall is to count now: a timeout that looked survived, the fall, or nothing. An operation that runs or is
    // judged ends with an exception that says more; it counts there.
    private object? TakeLoss()
    {
        while (true)
        {
            // In this order, the reverse of Failed's: an operation that seems over has left its word.
            bool isIdle = _running.IsNone;
            Interlocked.MemoryBarrier();
            object? ending = _ending;
            if (ending == _explained || ending == _fell) return null;
            if (ending is null && isIdle) return _fell;
            object next = ending is SurvivedTimeout ? _explained : _fell;
            if (Interlocked.CompareExchange(ref _ending, next, ending) != ending) continue;
            if (ending is SurvivedTimeout) return ending;
            // The operation may have ended just before it was told.
            bool isLate = ending is null && _running.IsNone;
            return isLate && Interlocked.CompareExchange(ref _ending, null, _fell) == _fell ? _fell : null;
        }
    }

    private bool IsUnannouncedClose => !AnnouncesCloses && !Reading;

    /// <summary>A timeout whose connection was open afterwards: an answer, unless the connection falls next.</summary>
    private sealed record SurvivedTimeout(DbFailure Failure, long Generation, long StartedAt, long EndedAt);
}
