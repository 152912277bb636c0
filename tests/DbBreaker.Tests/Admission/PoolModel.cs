using DbBreaker.Admission;

namespace DbBreaker.Tests.Admission;

/// <summary>A permit pool as one would write it without concurrency in mind, beside the real one.</summary>
internal sealed class PoolModel(int limit, int queueLimit)
{
    private readonly PermitPool _pool = new(limit, queueLimit);
    private readonly List<int> _held = []; // The epochs of permits in use.
    private readonly List<Waiter> _queue = [];
    private int _limit = limit, _queueLimit = queueLimit, _window = int.MaxValue, _epoch;
    private long _now;

    /// <summary>Does one step to both; <paramref name="pick"/> decides which permit, waiter or number is
    /// meant.</summary>
    public void Do(PoolStep step, int pick)
    {
        switch (step)
        {
            case PoolStep.Take: Take(); break;
            case PoolStep.Enqueue: Enqueue(pick); break;
            case PoolStep.Return when _held.Count > 0: Return(pick % _held.Count); break;
            case PoolStep.Leave when _queue.Count > 0: Leave(_queue[pick % _queue.Count]); break;
            case PoolStep.Expire: Expire(pick); break;
            case PoolStep.Epoch: StartEpoch(pick % 5 + 1); break;
            case PoolStep.Window: _pool.SetWindow(_window = pick % 5 == 4 ? int.MaxValue : pick % 5 + 1); break;
            case PoolStep.Limits: _pool.SetLimits(_limit = pick % 7 + 1, _queueLimit = pick % 4); break;
            case PoolStep.Reject: RejectAll(); break;
        }

        Grant();
    }

    /// <summary>What differs, or null.</summary>
    public string? Difference()
    {
        if (_pool.InUse != _held.Count) return $"in use {_pool.InUse}, not {_held.Count}";
        int current = _held.Count(e => e == _epoch);
        if (_pool.InUseOfEpoch != current) return $"in use of the epoch {_pool.InUseOfEpoch}, not {current}";
        if (_pool.WaitingCount != _queue.Count) return $"waiting {_pool.WaitingCount}, not {_queue.Count}";
        return _pool.Epoch == _epoch ? null : $"epoch {_pool.Epoch}, not {_epoch}";
    }

    /// <summary>Gives everything back; both are empty then.</summary>
    public void Drain()
    {
        RejectAll();
        while (_held.Count > 0) Return(0);
    }

    private bool HasRoom => _held.Count < _limit && _held.Count(e => e == _epoch) < _window;

    private void Take()
    {
        bool expected = HasRoom && _queue.Count == 0;
        Assert.Equal(expected, _pool.TryTake(out int epoch));
        if (expected) _held.Add(epoch);
    }

    private void Enqueue(int pick)
    {
        bool fits = _queue.Count < _queueLimit || (_queue.Count == 0 && HasRoom);
        Waiter? waiter = _pool.Enqueue(_now, _now + pick % 10);
        Assert.Equal(fits, waiter is not null);
        if (waiter is not null) _queue.Add(waiter);
    }

    private void Return(int index)
    {
        int epoch = _held[index];
        _held.RemoveAt(index);
        _pool.Return(epoch);
        Grant();
    }

    private void Leave(Waiter waiter)
    {
        Assert.True(_pool.Leave(waiter, WaitOutcome.Cancelled));
        Assert.Equal(WaitOutcome.Cancelled, waiter.Task.Result);
        Assert.False(_pool.Leave(waiter, WaitOutcome.TimedOut));
        _queue.Remove(waiter);
    }

    private void Expire(int pick)
    {
        _now += pick % 5;
        Waiter[] overdue = [.. _queue.Where(w => w.Deadline <= _now)];
        Assert.Equal(overdue.Length, _pool.ExpireOverdue(_now));
        foreach (Waiter waiter in overdue)
        {
            Assert.Equal(WaitOutcome.TimedOut, waiter.Task.Result);
            _queue.Remove(waiter);
        }
    }

    private void StartEpoch(int window)
    {
        _window = window;
        _epoch++;
        _pool.StartEpoch(window);
    }

    private void RejectAll()
    {
        _pool.RejectWaiting();
        Assert.All(_queue, w => Assert.Equal(WaitOutcome.Rejected, w.Task.Result));
        _queue.Clear();
    }

    // In order: whoever came first has a permit before anybody behind.
    private void Grant()
    {
        while (_queue.Count > 0 && HasRoom)
        {
            Waiter first = _queue[0];
            Assert.True(first.Task.IsCompleted, "The first in the queue was passed by.");
            Assert.Equal((WaitOutcome.Granted, _epoch), (first.Task.Result, first.Epoch));
            _queue.RemoveAt(0);
            _held.Add(first.Epoch);
        }

        Assert.All(_queue, static w => Assert.False(w.Task.IsCompleted));
    }
}
