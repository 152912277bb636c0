namespace DbBreaker.Tests;

/// <summary>What the calling thread allocates.</summary>
internal static class Allocations
{
    /// <summary>
    /// The bytes of 10,000 calls, at best. A collection that another thread causes meanwhile charges this one with what
    /// was left of its block of memory; what the calls themselves allocate shows every time.
    /// </summary>
    public static long Of(Action call)
    {
        for (int i = 0; i < 1_000; i++) call();
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 10 && least > 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 10_000; i++) call();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
