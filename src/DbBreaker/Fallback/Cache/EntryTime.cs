namespace DbBreaker.Fallback.Cache;

/// <summary>What is known of the time of an entry's rows.</summary>
/// <param name="ReadAt">What their age counts from: when the read began, or, on a replica, as much earlier as it was
/// behind.</param>
/// <param name="LevelAt">They have all that was committed by then; null when nobody knows. While the primary is lost it
/// stands still on a replica, and tells which of two entries has more.</param>
internal readonly record struct EntryTime(DateTimeOffset ReadAt, DateTimeOffset? LevelAt)
{
    /// <summary>Rows that the primary gave to a read that began at this moment.</summary>
    public static EntryTime OfPrimary(DateTimeOffset startedAt) => new(startedAt, startedAt);

    /// <summary>Rows that a replica gave to a read that began at this moment, as its lag was last measured.</summary>
    public static EntryTime OfReplica(DateTimeOffset startedAt, LagReading lag, TimeProvider time)
    {
        if (lag is not { Lag: { } behind, SinceReplay: { } sinceReplay }) return new EntryTime(startedAt, null);
        // What the replica has missed since the measurement nobody knows; it has not lost anything.
        DateTimeOffset measuredAt = time.GetUtcNow() - time.GetElapsedTime(lag.At);
        DateTimeOffset at = measuredAt < startedAt ? measuredAt : startedAt;
        return new EntryTime(at - behind, at - sinceReplay);
    }

    /// <summary>Whether these rows may lack some that rows with the other time have.</summary>
    public bool MayLackRowsOf(EntryTime other) =>
        other.LevelAt is { } there ? LevelAt is not { } here || here < there : LevelAt is null && ReadAt < other.ReadAt;
}
