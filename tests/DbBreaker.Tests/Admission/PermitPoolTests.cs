using CsCheck;
using DbBreaker.Admission;

namespace DbBreaker.Tests.Admission;

public sealed class PermitPoolTests
{
    [Fact]
    public void It_does_what_a_model_without_concurrency_does()
    {
        Gen<(PoolStep, int)> step = Gen.Select(
            Gen.Frequency(
                (6, Gen.Const(PoolStep.Take)),
                (6, Gen.Const(PoolStep.Enqueue)),
                (8, Gen.Const(PoolStep.Return)),
                (3, Gen.Int[(int)PoolStep.Leave, (int)PoolStep.Reject].Select(static i => (PoolStep)i))),
            Gen.Int[0, 1_000]);
        step.List[0, 120].Sample(
            steps =>
            {
                var model = new PoolModel(limit: 4, queueLimit: 3);
                foreach ((PoolStep what, int pick) in steps)
                {
                    model.Do(what, pick);
                    Assert.Null(model.Difference());
                }

                model.Drain();
                Assert.Null(model.Difference());
            },
            iter: 5_000);
    }

    [Fact]
    public void Nobody_slips_past_the_queue()
    {
        var pool = new PermitPool(1, 10);
        Assert.True(pool.TryTake(out int epoch));
        Waiter first = pool.Enqueue(0, 100)!;
        Waiter second = pool.Enqueue(0, 100)!;
        Assert.False(pool.TryTake(out _));
        pool.Return(epoch);
        Assert.Equal((true, false), (first.Task.IsCompleted, second.Task.IsCompleted));
        Assert.False(pool.TryTake(out _));
        pool.Return(first.Epoch);
        Assert.Equal(WaitOutcome.Granted, Outcome(second));
        pool.Return(second.Epoch);
        Assert.True(pool.TryTake(out _));
    }

    [Fact]
    public void Case_30_a_raised_limit_frees_waiters_at_once_and_a_lowered_one_cancels_nobody()
    {
        var pool = new PermitPool(1, 10);
        pool.TryTake(out int epoch);
        Waiter waiter = pool.Enqueue(0, 100)!;
        pool.SetLimits(2, 10);
        Assert.Equal(WaitOutcome.Granted, Outcome(waiter));

        pool.SetLimits(1, 10);
        Assert.Equal(2, pool.InUse);
        pool.Return(epoch);
        Assert.False(pool.TryTake(out _));
        pool.Return(epoch);
        Assert.True(pool.TryTake(out _));
    }

    [Fact]
    public void Old_permits_count_against_the_limit_and_not_against_the_window()
    {
        var pool = new PermitPool(5, 10);
        for (int i = 0; i < 3; i++) pool.TryTake(out _);
        pool.StartEpoch(window: 3);
        Assert.True(pool.TryTake(out int epoch));
        Assert.True(pool.TryTake(out _));
        Assert.False(pool.TryTake(out _));
        pool.Return(epoch - 1);
        Assert.True(pool.TryTake(out _));
        Assert.False(pool.TryTake(out _));
        Assert.Equal((5, 3), (pool.InUse, pool.InUseOfEpoch));
    }

    [Fact]
    public void Case_44_a_trial_that_finds_the_pool_full_passes_when_an_old_permit_comes_back()
    {
        var pool = new PermitPool(1, 10);
        pool.TryTake(out int old);
        pool.StartEpoch(window: 1);
        Waiter trial = pool.Enqueue(0, 100)!;
        Assert.False(trial.Task.IsCompleted);
        pool.Return(old);
        Assert.Equal(WaitOutcome.Granted, Outcome(trial));
    }

    [Fact]
    public void Without_a_queue_only_a_free_permit_admits()
    {
        var pool = new PermitPool(1, 0);
        Assert.NotNull(pool.Enqueue(0, 100));
        Assert.Null(pool.Enqueue(0, 100));
        Assert.Equal((1, 0), (pool.InUse, pool.WaitingCount));
    }

    [Fact]
    public void Epochs_may_go_round()
    {
        var pool = new PermitPool(2, 0);
        pool.TryTake(out int first);
        for (int i = 0; i < 1 << 22; i++) pool.StartEpoch(2);
        Assert.Equal(first, pool.Epoch);
        Assert.Equal(1, pool.InUse);
    }

    [Fact]
    public void Threads_that_take_return_and_wait_leave_nothing_behind()
    {
        var pool = new PermitPool(3, 100);
        int most = 0, inside = 0;
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, thread =>
        {
            var random = new Random(thread);
            for (int i = 0; i < 30_000; i++)
            {
                if (!pool.TryTake(out int epoch))
                {
                    Waiter waiter = pool.Enqueue(0, 100)!;
                    if (random.Next(4) == 0) pool.Leave(waiter, WaitOutcome.Cancelled);
                    if (Outcome(waiter) != WaitOutcome.Granted) continue;
                    epoch = waiter.Epoch;
                }

                int now = Interlocked.Increment(ref inside);
                if (now > Volatile.Read(ref most)) Volatile.Write(ref most, now);
                Interlocked.Decrement(ref inside);
                pool.Return(epoch);
                if (random.Next(500) == 0) pool.StartEpoch(3);
            }
        });
        Assert.Equal((0, 0), (pool.InUse, pool.WaitingCount));
        Assert.InRange(most, 1, 3);
        Assert.True(pool.TryTake(out _));
    }

    private static WaitOutcome Outcome(Waiter waiter) => waiter.Task.GetAwaiter().GetResult();
}
