namespace DbBreaker.Fallback.Cache.Stores;

/// <summary>
/// Calls of a cache that may throw or hang, even before it returns a task: each on a thread of the pool, with a
/// deadline, a bounded number at once, and none for a while after one was not answered. Safe for concurrent use.
/// </summary>
// The semaphore holds nothing that has to be given back, as long as nobody asks for its wait handle.
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "See above.")]
internal sealed class StoreCalls(TimeProvider time, TimeSpan deadline, int atOnce)
{
    private static readonly TimeSpan _rest = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turns = new(atOnce);
    private long _restsUntil = long.MinValue;

    /// <summary>Whether the store is left alone because it did not answer a moment ago.</summary>
    public bool IsResting => time.GetTimestamp() < Volatile.Read(ref _restsUntil);

    /// <exception cref="TimeoutException">The store did not answer in time, or was not asked because it did not answer
    /// a moment ago.</exception>
    public async Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        if (IsResting) throw Resting();
        using var expiry = new CancellationTokenSource(deadline, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, cancellationToken);
        try
        {
            await _turns.WaitAsync(both.Token).ConfigureAwait(false);
            return await Start(call).WaitAsync(both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Late();
        }
    }

    /// <inheritdoc cref="AskAsync"/>
    /// <summary>For synchronous callers: their own thread waits.</summary>
    public T Ask<T>(Func<CancellationToken, Task<T>> call)
    {
        if (IsResting) throw Resting();
        long start = time.GetTimestamp();
        if (!_turns.Wait(deadline)) throw Late();
        Task<T> asking = Start(call);
        TimeSpan left = deadline - time.GetElapsedTime(start);
        // Waits on this thread, because the pool that would run a timer may be starved by the very callers that wait.
        if (!((IAsyncResult)asking).AsyncWaitHandle.WaitOne(left > TimeSpan.Zero ? left : TimeSpan.Zero)) throw Late();
        return asking.GetAwaiter().GetResult();
    }

    // The turn is given back when the call has really ended: calls that hang are bounded in number.
    private Task<T> Start<T>(Func<CancellationToken, Task<T>> call)
    {
        Task<T> calling = Task.Run(async () =>
        {
            var expiry = new CancellationTokenSource(deadline, time);
            try
            {
                return await call(expiry.Token).ConfigureAwait(false);
            }
            finally
            {
                expiry.Dispose();
                _turns.Release();
            }
        });
        // Nobody may wait for it any more when it fails.
        _ = calling.ContinueWith(
            static task =>
                task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return calling;
    }

    private TimeoutException Late()
    {
        Volatile.Write(ref _restsUntil, time.GetTimestamp() + (long)(_rest.TotalSeconds * time.TimestampFrequency));
        return new TimeoutException(
            $"The cache did not answer within {deadline.TotalMilliseconds:0.###} ms (StoreTimeout).");
    }

    private TimeoutException Resting() => new(
        $"The cache did not answer within {deadline.TotalMilliseconds:0.###} ms (StoreTimeout) "
        + "a moment ago and is left alone "
        + $"for {_rest.TotalSeconds:0.###} s.");
}
