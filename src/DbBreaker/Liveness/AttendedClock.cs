namespace DbBreaker.Liveness;

/// <summary>
/// The guard's time, in ticks of 100 ns since it was made. <see cref="Now"/> is exact. <see cref="Attended"/> is the
/// time the guard was awake to watch: when its timer ran late (a starved thread pool, a stopped process), it moves on
/// by two ticks at most, so that what looks like silence in between is no evidence (rule 9). <see cref="Coarse"/> is
/// the attended time at the last tick: a plain read for the hot path.
/// </summary>
internal sealed class AttendedClock(TimeProvider time, TimeSpan tick)
{
    private const int LateAfterTicks = 2;

    private readonly long _origin = time.GetTimestamp();
    private readonly long _longestStep = tick.Ticks * LateAfterTicks;

    // Written by the timer's callback only (which does not overlap itself) and by Resume, which runs while it is off.
    private long _coarse;
    private long _lastTickAt;

    public TimeProvider Time => time;

    public long Now => time.GetElapsedTime(_origin).Ticks;

    public long Coarse => Volatile.Read(ref _coarse);

    public long Attended => Coarse + Math.Clamp(Now - Volatile.Read(ref _lastTickAt), 0, _longestStep);

    /// <summary>One tick of the guard's timer; returns true when it came late.</summary>
    public bool Tick()
    {
        long now = Now;
        long step = now - _lastTickAt;
        Advance(now, Math.Clamp(step, 0, _longestStep));
        return step > _longestStep;
    }

    /// <summary>The timer starts after a rest: nobody was meant to watch, so the whole time counts.</summary>
    public void Resume()
    {
        long now = Now;
        Advance(now, now - _lastTickAt);
    }

    // Coarse first: a reader between the two writes sees a little too much, never time that runs backwards by a step.
    private void Advance(long now, long step)
    {
        Volatile.Write(ref _coarse, _coarse + step);
        Volatile.Write(ref _lastTickAt, now);
    }
}
