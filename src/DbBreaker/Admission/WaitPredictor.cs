namespace DbBreaker.Admission;

/// <summary>
/// Predicts how long a caller would wait: its position times the interval at which permits come back. The interval is
/// the mean hold divided by the permits, and once no permit has come back for four mean holds and 100 ms, at least half
/// of that silence, so that the queue in front of a frozen server stops growing within a few hold times while a burst
/// on a healthy one passes. Times are ticks of 100 ns on the guard's attended clock: a paused process is not a silence.
/// </summary>
internal sealed class WaitPredictor
{
    private const int HoldsOfSilence = 4;

    // As long as the guard's timer may be late before anybody can know: a thread pool that is busy with a burst's
    // callers holds up their answers too.
    private const long SilenceFloor = 100 * TimeSpan.TicksPerMillisecond;
    private const int Smoothing = 8;

    // While no hold has ended yet, and for a while after a rest or a recovery, callers may still be connecting and
    // logging in: no hold from a warm pool tells how long that takes.
    private const long ColdSilenceFloor = 500 * TimeSpan.TicksPerMillisecond;
    private const long ColdFor = TimeSpan.TicksPerSecond;

    // And the other way round: first holds have connects and compilations in them, and say nothing of those to come.
    private const int FirstHolds = 32;
    private const long NotFull = -1;

    private long _meanHold; // 0 until the first permit came back. Racy updates lose a sample, nothing else.
    private int _holds;
    private long _lastReturn;
    private long _fullSince = NotFull;
    private long _coldUntil;

    /// <summary>The mean time a permit is held, zero while unknown.</summary>
    public TimeSpan MeanHold => TimeSpan.FromTicks(Volatile.Read(ref _meanHold));

    public void Held(long ticks)
    {
        if (_holds < FirstHolds) _holds++;
        long mean = Volatile.Read(ref _meanHold);
        Volatile.Write(ref _meanHold, mean == 0 ? Math.Max(1, ticks) : Math.Max(1, mean + (ticks - mean) / Smoothing));
    }

    /// <summary>Whether somebody found the pool full and no permit has come back to an empty queue since.</summary>
    public bool IsFull => Volatile.Read(ref _fullSince) != NotFull;

    /// <summary>A permit came back, or something else showed that those who hold permits get on.</summary>
    public void Returned(long now, bool somebodyWaits)
    {
        Volatile.Write(ref _lastReturn, now);
        if (!somebodyWaits) Volatile.Write(ref _fullSince, NotFull);
    }

    /// <summary>The guard's timer ran late: nothing came back because of this process, not of the server.</summary>
    public void WasUnattended(long now)
    {
        if (IsFull) Volatile.Write(ref _lastReturn, now);
    }

    /// <summary>The driver's pool is likely empty: callers will make new connections for a while.</summary>
    public void ExpectConnects(long now) => Volatile.Write(ref _coldUntil, now + ColdFor);

    /// <summary>The pool is full and somebody begins to wait. That the queue emptied because its waiters gave up is no
    /// new beginning.</summary>
    public void BecameFull(long now)
    {
        if (!IsFull) Volatile.Write(ref _fullSince, now);
    }

    /// <summary>How long the next in the queue would wait.</summary>
    /// <param name="position">How many wait before it.</param>
    /// <param name="permits">The permits there are now.</param>
    /// <param name="limit">The permits that a recovery grows to; <paramref name="permits"/> at all other times.</param>
    /// <param name="now">Attended time.</param>
    public TimeSpan Predict(int position, int permits, int limit, long now)
    {
        long hold = Volatile.Read(ref _meanHold);
        bool connects = now < Volatile.Read(ref _coldUntil);
        long wait = connects || _holds < FirstHolds ? 0 : Growing(position + 1L, Math.Max(1, permits), limit, hold);
        long silence = Silence(now);
        long normal = hold == 0 ? ColdSilenceFloor : HoldsOfSilence * hold + SilenceFloor;
        if (connects) normal = Math.Max(normal, ColdSilenceFloor);
        if (silence > normal) wait = Math.Max(wait, Times(position + 1L, silence / 2));
        return TimeSpan.FromTicks(wait);
    }

    // While a recovery doubles the permits with each round, a wait that today's few permits would make long is short.
    private static long Growing(long callers, long permits, int limit, long hold)
    {
        long rounds = 0;
        for (; permits < limit && callers > permits; rounds++)
        {
            callers -= permits;
            permits = Math.Min(permits * 2, limit);
        }

        long growing = Times(rounds, hold), steady = Times(callers, hold / permits);
        return growing > long.MaxValue - steady ? long.MaxValue : growing + steady;
    }

    private static long Times(long count, long ticks) =>
        ticks > 0 && count > long.MaxValue / ticks ? long.MaxValue : count * ticks;

    /// <summary>How long no permit has come back although somebody waits.</summary>
    public long Silence(long now)
    {
        long since = Math.Max(Volatile.Read(ref _lastReturn), Volatile.Read(ref _fullSince));
        return Math.Max(0, now - since);
    }
}
