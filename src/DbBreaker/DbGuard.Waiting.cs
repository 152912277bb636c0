using DbBreaker.Admission;

namespace DbBreaker;

// Waiting for a permit: synchronous callers block their own thread, asynchronous ones none.
public sealed partial class DbGuard
{
    private static readonly TimeSpan _longestBlock = TimeSpan.FromHours(1);

    private WaitOutcome WaitFor(PermitPool pool, Waiter waiter, CancellationToken cancellationToken)
    {
        while (!waiter.Task.IsCompleted)
        {
            // The guard's tick ends overdue waits. A blocked caller looks for itself too: its thread may be one of
            // those that keep the tick from running. Waking early, by another clock than the guard's, does no harm.
            TimeSpan left = TimeSpan.FromTicks(Math.Clamp(
                waiter.Deadline - _clock.Now, TimeSpan.TicksPerMillisecond, _longestBlock.Ticks));
            try
            {
                if (!waiter.Task.Wait(left, cancellationToken) && _clock.Now >= waiter.Deadline)
                    pool.Leave(waiter, WaitOutcome.TimedOut);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                pool.Leave(waiter, WaitOutcome.Cancelled);
            }
        }

        return waiter.Task.Result;
    }

    private static async ValueTask<WaitOutcome> WaitForAsync(
        PermitPool pool, Waiter waiter, CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled) return await waiter.Task.ConfigureAwait(false);
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static state =>
            {
                var (pool, waiter) = ((PermitPool, Waiter))state!;
                pool.Leave(waiter, WaitOutcome.Cancelled);
            },
            (pool, waiter));
        return await waiter.Task.ConfigureAwait(false);
    }
}
