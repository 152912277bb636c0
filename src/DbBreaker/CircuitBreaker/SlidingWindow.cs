namespace DbBreaker.CircuitBreaker;

/// <summary>
/// Counts operations over the last <c>SamplingDuration</c> in ten buckets, without a lock: a bucket is one word that
/// holds the slice of time it belongs to and its counts, so that starting a new slice and counting into it are one
/// compare-and-swap. Time is passed in, in ticks of 100 ns.
/// </summary>
internal sealed class SlidingWindow
{
    private const int BucketCount = 10;
    private const int CountBits = 22;
    private const long CountMask = (1L << CountBits) - 1;
    private const long One = 1L, OneMarked = 1L << CountBits;

    // Each word: [slice:20][marked:22][total:22]. Padded apart, because every caller writes the current one.
    private readonly long[] _buckets = new long[(BucketCount + 1) * Stride];
    private const int Stride = 8;
    private readonly long _sliceTicks;

    public SlidingWindow(TimeSpan duration) => _sliceTicks = Math.Max(1, duration.Ticks / BucketCount);

    /// <summary>Counts one operation; <paramref name="marked"/> ones are the failures (or the slow calls).</summary>
    public void Record(long now, bool marked)
    {
        // Slice 0 is the empty word's, so that a fresh window needs no initialization.
        long slice = SliceOf(now);
        ref long bucket = ref _buckets[(int)(slice % BucketCount + 1) * Stride];
        long step = marked ? One + OneMarked : One;
        long seen = Volatile.Read(ref bucket);
        while (true)
        {
            long next = Slice(seen) == (slice & SliceMask)
                ? AddHalvingWhenFull(seen, step)
                : (slice << (2 * CountBits)) | step;
            long found = Interlocked.CompareExchange(ref bucket, next, seen);
            if (found == seen) return;
            seen = found;
        }
    }

    /// <summary>The counts of the slices that are still inside the window.</summary>
    public WindowCounts Sum(long now)
    {
        long newest = SliceOf(now);
        long total = 0, marked = 0;
        for (int age = 0; age < BucketCount; age++)
        {
            long slice = newest - age;
            if (slice < 1) break;
            long word = Volatile.Read(ref _buckets[(int)(slice % BucketCount + 1) * Stride]);
            if (Slice(word) != (slice & SliceMask)) continue;
            total += word & CountMask;
            marked += (word >> CountBits) & CountMask;
        }

        return new WindowCounts(total, marked);
    }

    public void Clear()
    {
        for (int i = 0; i <= BucketCount; i++) Volatile.Write(ref _buckets[i * Stride], 0);
    }

    private const long SliceMask = (1L << (64 - 2 * CountBits)) - 1;

    private long SliceOf(long now) => Math.Max(0, now) / _sliceTicks + 1;

    private static long Slice(long word) => (word >>> (2 * CountBits)) & SliceMask;

    // A bucket that reached four million halves both counts: the share, which is all that is asked of it, stays.
    private static long AddHalvingWhenFull(long word, long step)
    {
        if ((word & CountMask) < CountMask) return word + step;
        long slice = word & ~((1L << (2 * CountBits)) - 1);
        long marked = ((word >> CountBits) & CountMask) >> 1;
        return (slice | (marked << CountBits) | (CountMask >> 1)) + step;
    }
}
