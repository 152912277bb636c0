using System.Data;
using DbBreaker.Admission;

namespace DbBreaker.Data;

// A connection that falls without being closed, and what an exception says of it.
internal sealed partial class ConnectionSession
{
    // A driver notices a lost connection when it uses it, so the watch begins with the first use, once for each object.
    private void Watch()
    {
        if (_isWatching) return;
        _isWatching = true;
        Connection.StateChange += OnStateChange;
    }

    private void Judge(long generation, long startedAt, Exception exception, DbPhase phase)
    {
        var failure = new DbFailure(exception, phase, Guard.ElapsedSince(startedAt), Connection.State);
        if (_fell && DbGuard.IsOwnRejection(exception)) return;
        DbFailureKind kind = Guard.Fail(generation, startedAt, failure);
        bool counted = DbFailureClassifier.IsFailure(kind, failure);
        // The fall itself is a failure, whatever the exception was taken for, unless the server said why: it is full,
        // or it answered with an error after which the driver, or a limit on the session, closes a connection.
        bool serverSaidWhy = kind is DbFailureKind.Saturated or DbFailureKind.Answered or DbFailureKind.Contention;
        if (_fell && !counted && !serverSaidWhy) CountFall(generation);
        _lossCounted = counted && !_fell;
        _fell = false;
    }

    private void CountFall(long generation)
    {
        _fell = false;
        Guard.ConnectionFell(generation);
    }

    private void OnStateChange(object sender, StateChangeEventArgs change)
    {
        if (_isDetached) return;
        // From Connecting it is an open that failed, which ends with an exception; from Broken it fell before.
        if (change.OriginalState is ConnectionState.Closed or ConnectionState.Connecting or ConnectionState.Broken
            || change.CurrentState is not (ConnectionState.Closed or ConnectionState.Broken)) return;
        bool expected = _closeIsWanted || (_running.IsNone && (ClosesWithReader || IsUnannouncedClose));
        long generation = GenerationOfHold;
        bool isRunning = !_running.IsNone;
        Closed();
        _closeIsWanted = false;
        if (expected) return;
        // An operation that is running ends with an exception that says more; it counts there, once.
        // SqlClient throws from an asynchronous call first, and closes what it lost a moment later.
        if (isRunning) _fell = true;
        else if (!_lossCounted)
        {
            _fallCounted = true;
            Guard.ConnectionFell(generation);
        }
    }

    private bool IsUnannouncedClose => !AnnouncesCloses && !Reading;
}
