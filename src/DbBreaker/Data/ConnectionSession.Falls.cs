using System.Data;

namespace DbBreaker.Data;

// A connection that falls without being closed.
internal sealed partial class ConnectionSession
{
    // A driver notices a lost connection when it uses it, so the watch begins with the first use, once for each object.
    private void Watch()
    {
        if (_isWatching) return;
        _isWatching = true;
        Connection.StateChange += OnStateChange;
    }

    // After an operation that ended well, or with nobody to say how.
    private void CountFall(long generation)
    {
        if (Interlocked.CompareExchange(ref _ending, null, _fell) == _fell) Guard.ConnectionFell(generation);
    }

    private void OnStateChange(object sender, StateChangeEventArgs change)
    {
        if (_isDetached) return;
        // From Connecting it is an open that failed, which ends with an exception; from Broken it fell before.
        if (change.OriginalState is ConnectionState.Closed or ConnectionState.Connecting or ConnectionState.Broken
            || change.CurrentState is not (ConnectionState.Closed or ConnectionState.Broken)) return;
        bool expected = _closeIsWanted || (_running.IsNone && (ClosesWithReader || (!AnnouncesCloses && !Reading)));
        try
        {
            // Before the permit is back, so that whoever gets it next finds the loss counted.
            if (!expected) CountUnwantedFall();
        }
        finally
        {
            Closed();
            _closeIsWanted = false;
        }
    }

    private void CountUnwantedFall()
    {
        object? lost = TakeLoss();
        if (lost is null) return;
        _fallCounted = true;
        if (lost is SurvivedTimeout timeout) CountLost(timeout);
        else Guard.ConnectionFell(GenerationOfHold);
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
}
