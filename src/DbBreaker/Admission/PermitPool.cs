using System.Diagnostics;

namespace DbBreaker.Admission;

/// <summary>
/// How many may pass: permits, and a bounded first-in-first-out queue for those who wait. Taking and returning a permit
/// is one compare-and-swap while nobody waits. Permits belong to an epoch; those of earlier epochs (taken before the
/// last outage, perhaps stuck in it) count against the limit, but not against the window that the recovery opens step
/// by step.
/// </summary>
internal sealed class PermitPool(int limit, int queueLimit)
{
    /// <summary>A window that restricts nothing.</summary>
    public const int NoWindow = int.MaxValue;

    // [waiting:1][epoch:22][old:20][current:20]. One word, because "nobody waits", "there is room" and "taken" must be
    // decided together. The waiting bit is written under the lock only; while it is set, permits move under the lock.
    private const int CountBits = 20, EpochShift = 40, WaitingShift = 62;
    private const long CountMask = (1L << CountBits) - 1;
    private const long EpochMask = (1L << (WaitingShift - EpochShift)) - 1;
    private const long OneCurrent = 1L, OneOld = 1L << CountBits, Waiting = 1L << WaitingShift;

    private readonly Lock _lock = new(); // Guards the queue and the waiting bit.
    private readonly WaiterQueue _queue = new();
    private long _word;
    private volatile int _limit = limit;
    private volatile int _window = NoWindow;
    private volatile int _queueLimit = queueLimit;

    public int Limit => _limit;

    public int Window => _window;

    public int InUse
    {
        get
        {
            long word = Volatile.Read(ref _word);
            return (int)(Current(word) + Old(word));
        }
    }

    /// <summary>Those of the current epoch only.</summary>
    public int InUseOfEpoch => (int)Current(Volatile.Read(ref _word));

    public int WaitingCount => _queue.Count;

    public int Epoch => EpochOf(Volatile.Read(ref _word));

    /// <summary>Takes a permit if there is room and nobody waits for one. Takes no lock.</summary>
    public bool TryTake(out int epoch)
    {
        long word = Volatile.Read(ref _word);
        while ((word & Waiting) == 0 && HasRoom(word))
        {
            long found = Interlocked.CompareExchange(ref _word, word + OneCurrent, word);
            if (found == word)
            {
                epoch = EpochOf(word);
                return true;
            }

            word = found;
        }

        epoch = 0;
        return false;
    }

    /// <summary>Takes a permit beyond every limit: a guard that only observes never holds anybody up, and a connection
    /// that is open already is in use.</summary>
    public int TakeRegardless() => EpochOf(Interlocked.Add(ref _word, OneCurrent));

    /// <summary>Gives a permit back, to the first in the queue if there is one.</summary>
    public void Return(int epoch)
    {
        long word = Volatile.Read(ref _word);
        while ((word & Waiting) == 0)
        {
            long found = Interlocked.CompareExchange(ref _word, Less(word, epoch), word);
            if (found == word) return;
            word = found;
        }

        lock (_lock)
        {
            Change_NeedsLock(static (seen, returned) => Less(seen, returned), epoch);
            Grant_NeedsLock();
        }
    }

    /// <summary>Joins the queue, or takes a permit that became free meanwhile. Null when the queue is full.</summary>
    public Waiter? Enqueue(long now, long deadline)
    {
        var waiter = new Waiter(now, deadline);
        lock (_lock)
        {
            // From here to the end of the lock, permits are returned behind us: none can slip past unseen.
            Change_NeedsLock(static (seen, _) => seen | Waiting, 0);
            if (_queue.Count < _queueLimit || (_queue.Count == 0 && HasRoom(Volatile.Read(ref _word))))
            {
                _queue.Append(waiter);
                Grant_NeedsLock();
                return waiter;
            }

            Grant_NeedsLock();
            return null;
        }
    }

    /// <summary>Takes a waiter out, unless it was settled before.</summary>
    public bool Leave(Waiter waiter, WaitOutcome outcome)
    {
        lock (_lock)
        {
            if (!waiter.IsQueued) return false;
            _queue.Remove(waiter);
            waiter.SetResult(outcome);
            Grant_NeedsLock();
            return true;
        }
    }

    /// <summary>Turns away whoever has waited past the deadline.</summary>
    public int ExpireOverdue(long now)
    {
        if (_queue.Count == 0) return 0;
        int expired = 0;
        lock (_lock)
        {
            for (Waiter? waiter = _queue.First; waiter is not null;)
            {
                Waiter? next = waiter.Next;
                if (waiter.Deadline <= now)
                {
                    _queue.Remove(waiter);
                    waiter.SetResult(WaitOutcome.TimedOut);
                    expired++;
                }

                waiter = next;
            }

            Grant_NeedsLock();
        }

        return expired;
    }

    /// <summary>Turns everybody in the queue away: the circuit opened.</summary>
    public void RejectWaiting()
    {
        lock (_lock)
        {
            while (_queue.First is { } waiter)
            {
                _queue.Remove(waiter);
                waiter.SetResult(WaitOutcome.Rejected);
            }

            Grant_NeedsLock();
        }
    }

    /// <summary>Starts a new epoch: permits in use become old ones, and the window is free for new callers.</summary>
    public void StartEpoch(int window)
    {
        lock (_lock)
        {
            _window = window;
            Change_NeedsLock(
                static (seen, _) => (seen & Waiting)
                    | (((long)EpochOf(seen) + 1 & EpochMask) << EpochShift)
                    | ((Old(seen) + Current(seen)) << CountBits),
                0);
            Grant_NeedsLock();
        }
    }

    /// <summary>Widens or narrows the window of the current epoch. Nobody is cancelled.</summary>
    public void SetWindow(int window)
    {
        lock (_lock)
        {
            _window = window;
            Grant_NeedsLock();
        }
    }

    /// <summary>Changes the limits. Nobody is cancelled; a lower limit is reached as permits come back.</summary>
    public void SetLimits(int limit, int queueLimit)
    {
        lock (_lock)
        {
            _limit = limit;
            _queueLimit = queueLimit;
            Grant_NeedsLock();
        }
    }

    private bool HasRoom(long word) => Current(word) < _window && Current(word) + Old(word) < _limit;

    private void Grant_NeedsLock()
    {
        Debug.Assert(_lock.IsHeldByCurrentThread, "Granting needs the lock.");
        while (_queue.First is { } waiter && HasRoom(Volatile.Read(ref _word)))
        {
            // While somebody waits only the holder of the lock takes permits, so the room cannot vanish in between.
            waiter.Epoch = EpochOf(Change_NeedsLock(static (seen, _) => seen + OneCurrent, 0));
            _queue.Remove(waiter);
            waiter.SetResult(WaitOutcome.Granted);
        }

        if (_queue.Count == 0) Change_NeedsLock(static (seen, _) => seen & ~Waiting, 0);
    }

    private long Change_NeedsLock(Func<long, int, long> change, int argument)
    {
        long seen = Volatile.Read(ref _word);
        while (true)
        {
            long next = change(seen, argument);
            long found = Interlocked.CompareExchange(ref _word, next, seen);
            if (found == seen) return next;
            seen = found;
        }
    }

    private static long Less(long word, int epoch) => word - (EpochOf(word) == epoch ? OneCurrent : OneOld);

    private static long Current(long word) => word & CountMask;

    private static long Old(long word) => (word >> CountBits) & CountMask;

    private static int EpochOf(long word) => (int)((word >> EpochShift) & EpochMask);
}
