namespace DbBreaker.Admission;

/// <summary>The slots of a guard. Finding a free one starts at a place of the thread's own and takes one
/// compare-and-swap; the table grows when callers outnumber it and never shrinks (the permit limit bounds
/// it).</summary>
internal sealed class LeaseTable(DbGuard guard)
{
    private const int FirstSize = 32, MaxProbes = 16;

    private readonly Lock _lock = new(); // Guards growing.
    private volatile LeaseSlot[] _slots = Create(guard, [], FirstSize);

    /// <summary>The slots as they are; the monitor walks them.</summary>
    public LeaseSlot[] Slots => _slots;

    public LeaseSlot Claim(out long version)
    {
        while (true)
        {
            LeaseSlot[] slots = _slots;
            int start = Environment.CurrentManagedThreadId;
            // A short walk on a table that is at most half full nearly always ends at the first step.
            for (int i = 0; i < MaxProbes; i++)
            {
                LeaseSlot slot = slots[(start + i * i) & (slots.Length - 1)];
                if (slot.TryClaim(out version)) return slot;
            }

            for (int i = 0; i < slots.Length; i++)
            {
                if (slots[i].TryClaim(out version)) return slots[i];
            }

            Grow(slots);
        }
    }

    private void Grow(LeaseSlot[] full)
    {
        lock (_lock)
        {
            if (_slots == full) _slots = Create(guard, full, full.Length * 2);
        }
    }

    private static LeaseSlot[] Create(DbGuard guard, LeaseSlot[] known, int size)
    {
        var slots = new LeaseSlot[size];
        known.CopyTo(slots, 0);
        for (int i = known.Length; i < size; i++) slots[i] = new LeaseSlot(guard);
        return slots;
    }
}
