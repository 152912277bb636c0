using System.Collections.Concurrent;

namespace DbBreaker.Fallback.Cache.Stores;

/// <summary>
/// Entries on their way to a store: off the caller's path, a few at once, one write for each key however often it
/// changes meanwhile, and readable here until they have arrived. Bounded in number and bytes; what finds no room is
/// dropped. Safe for concurrent use.
/// </summary>
internal sealed class PendingWrites(Func<string, PendingWrites.Write, Task> store)
{
    private const int MaxWriters = 4, MaxKeys = 256;
    private const long MaxBytes = 32 << 20;

    private readonly ConcurrentDictionary<string, Write> _pending = new();
    private readonly ConcurrentQueue<string> _queue = new();
    private long _bytes;
    private int _writers;

    /// <summary>An entry, how long it is good for, and what to do with one that is there already: null to replace
    /// it.</summary>
    public sealed record Write(byte[] Entry, TimeSpan Lifetime, MergeEntries? Merge = null)
    {
        /// <summary>What is to be written when this comes after another one that has not arrived.</summary>
        public Write After(Write earlier) =>
            Merge is null ? this : new Write(Merge(earlier.Entry), Lifetime, earlier.Merge is null ? null : Merge);
    }

    public int Count => _pending.Count;

    public byte[]? Find(string key) => _pending.TryGetValue(key, out Write? write) ? write.Entry : null;

    public bool TryAdd(string key, Write write)
    {
        if (Interlocked.Add(ref _bytes, write.Entry.Length) > MaxBytes)
        {
            Interlocked.Add(ref _bytes, -write.Entry.Length);
            return false;
        }

        while (true)
        {
            if (_pending.TryGetValue(key, out Write? earlier))
            {
                // Whoever is to write this key will find the later entry.
                Write both = write.After(earlier);
                if (!_pending.TryUpdate(key, both, earlier)) continue;
                Interlocked.Add(ref _bytes, both.Entry.Length - write.Entry.Length - earlier.Entry.Length);
                return true;
            }

            if (_pending.Count >= MaxKeys)
            {
                Interlocked.Add(ref _bytes, -write.Entry.Length);
                return false;
            }

            if (!_pending.TryAdd(key, write)) continue;
            _queue.Enqueue(key);
            StartWriter();
            return true;
        }
    }

    private void StartWriter()
    {
        for (int writers = Volatile.Read(ref _writers); writers < MaxWriters; writers = Volatile.Read(ref _writers))
        {
            if (Interlocked.CompareExchange(ref _writers, writers + 1, writers) != writers) continue;
            // Without the caller's context: its activity and its ambient transaction are not the cache's.
            using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
                _ = Task.Run(WriteAllAsync);
            return;
        }
    }

    private async Task WriteAllAsync()
    {
        do
        {
            while (_queue.TryDequeue(out string? key)) await WriteAsync(key).ConfigureAwait(false);
            Interlocked.Decrement(ref _writers);
            // Somebody may have queued after the queue was found empty and seen all writers at work.
        }
        while (!_queue.IsEmpty && TryStayOn());
    }

    private bool TryStayOn()
    {
        for (int writers = Volatile.Read(ref _writers); writers < MaxWriters; writers = Volatile.Read(ref _writers))
        {
            if (Interlocked.CompareExchange(ref _writers, writers + 1, writers) == writers) return true;
        }

        return false;
    }

    private async Task WriteAsync(string key)
    {
        Write? written = null;
        while (_pending.TryGetValue(key, out Write? latest))
        {
            // The entry that was just written stays until it is known to be the latest.
            if (ReferenceEquals(latest, written))
            {
                if (!_pending.TryRemove(new KeyValuePair<string, Write>(key, latest))) continue;
                Interlocked.Add(ref _bytes, -latest.Entry.Length);
                return;
            }

            await store(key, latest).ConfigureAwait(false);
            written = latest;
        }
    }
}
