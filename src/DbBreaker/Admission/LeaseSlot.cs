namespace DbBreaker.Admission;

/// <summary>
/// One permit in use, as the guard sees it while it is held. Slots are reused; the version tells a lease whether the
/// slot is still its own: odd while held, and moved on by whoever ends the hold first, so that it ends exactly once.
/// </summary>
internal sealed class LeaseSlot(DbGuard guard)
{
    public readonly DbGuard Guard = guard;

    private long _version;

    // Written by the holder, read by the guard's monitor: stale by a tick at most.
    public long Generation;
    public long OperationStartedAt = NotRunning;
    public long AcquiredAt;
    public long SampledAt;
    public int Epoch;
    public string? TakenAt;

    private WeakReference<object>? _owner;
    private long _ownedVersion;
    private long _reportedVersion;

    public const long NotRunning = -1;

    public long Version => Volatile.Read(ref _version);

    public static bool IsHeld(long version) => (version & 1) != 0;

    /// <summary>Claims a free slot.</summary>
    public bool TryClaim(out long version)
    {
        long free = Volatile.Read(ref _version);
        version = free + 1;
        return !IsHeld(free) && Interlocked.CompareExchange(ref _version, version, free) == free;
    }

    /// <summary>Ends the hold of <paramref name="version"/>; true for the one caller that did.</summary>
    public bool TryRelease(long version) =>
        Interlocked.CompareExchange(ref _version, version + 1, version) == version;

    /// <summary>Ties a hold to an object: when that is collected, nobody can return the permit any more.</summary>
    public void Own(object owner, long version)
    {
        if (_owner is null) _owner = new WeakReference<object>(owner);
        else _owner.SetTarget(owner);
        // Last: a reader that finds the version finds the owner that goes with it.
        Volatile.Write(ref _ownedVersion, version);
    }

    /// <summary>Whether this very hold has an owner and the owner is gone.</summary>
    public bool IsOrphaned(long version) =>
        Volatile.Read(ref _ownedVersion) == version && _owner is { } owner && !owner.TryGetTarget(out _);

    /// <summary>True once for each hold.</summary>
    public bool TryMarkLeak(long version) => Interlocked.Exchange(ref _reportedVersion, version) != version;
}
