using DbBreaker.Admission;

namespace DbBreaker.Liveness;

/// <summary>Looks at the operations that run right now: a stall is when at least half of them are older than the
/// threshold and none finished in that time. It is a reason to ask the server, never a verdict (rule 8).</summary>
internal static class StallDetector
{
    public static StallReading Read(LeaseSlot[] slots, long now, long lastFinishAt, TimeSpan threshold)
    {
        int running = 0, stalled = 0;
        foreach (LeaseSlot slot in slots)
        {
            if (!LeaseSlot.IsHeld(slot.Version)) continue;
            long startedAt = Volatile.Read(ref slot.OperationStartedAt);
            if (startedAt == LeaseSlot.NotRunning) continue;
            running++;
            if (now - startedAt >= threshold.Ticks) stalled++;
        }

        bool isStall = stalled > 0 && stalled * 2 >= running && now - lastFinishAt >= threshold.Ticks;
        return new StallReading(running, stalled, isStall);
    }
}
