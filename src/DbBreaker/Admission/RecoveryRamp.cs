namespace DbBreaker.Admission;

/// <summary>
/// Slow start after a recovery: the window of permits doubles with each round of successes at a latency near that from
/// before the outage, halves on a failure, and is gone when it reaches the limit or the time is over. Not thread-safe:
/// the guard calls it under its own lock. Time in ticks of 100 ns.
/// </summary>
internal sealed class RecoveryRamp(int firstWindow, TimeSpan longest, TimeSpan normalLatency, long startedAt)
{
    // "Near" allows for cold caches and new connections: twice the latency from before, and 20 ms.
    private const int LatencyFactor = 2;
    private static readonly TimeSpan _latencyAllowance = TimeSpan.FromMilliseconds(20);

    private int _successes;

    public int Window { get; private set; } = firstWindow;

    /// <summary>Counts a success; returns true when the window changed.</summary>
    public bool Succeeded(TimeSpan latency)
    {
        if (normalLatency > TimeSpan.Zero && latency > normalLatency * LatencyFactor + _latencyAllowance) return false;
        if (++_successes < Window) return false;
        _successes = 0;
        Window = Window > int.MaxValue / 2 ? int.MaxValue : Window * 2;
        return true;
    }

    /// <summary>Counts a failure; returns true when the window changed.</summary>
    public bool Failed()
    {
        _successes = 0;
        int halved = Math.Max(1, Window / 2);
        bool changed = halved != Window;
        Window = halved;
        return changed;
    }

    public bool IsOver(long now, int limit) => Window >= limit || now - startedAt >= longest.Ticks;
}
