namespace DbBreaker.Admission;

/// <summary>One caller in the queue. Every field is guarded by the pool's lock; the task is completed once, by whoever
/// takes the waiter out of the queue.</summary>
internal sealed class Waiter(long enqueuedAt, long deadline)
    // Continuations run elsewhere: they are the callers' code, and the pool completes waiters under its lock.
    : TaskCompletionSource<WaitOutcome>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public long EnqueuedAt { get; } = enqueuedAt;

    public long Deadline { get; } = deadline;

    /// <summary>The epoch of the permit that was granted.</summary>
    public int Epoch { get; set; }

    public bool IsQueued { get; set; }

    public Waiter? Next { get; set; }

    public Waiter? Previous { get; set; }
}
