namespace DbBreaker.Admission;

/// <summary>A linked queue whose members leave from anywhere at constant cost. Guarded by the pool's lock; the count
/// may be read without it.</summary>
internal sealed class WaiterQueue
{
    private volatile int _count;
    private Waiter? _last;

    public Waiter? First { get; private set; }

    public int Count => _count;

    public void Append(Waiter waiter)
    {
        waiter.IsQueued = true;
        waiter.Previous = _last;
        if (_last is null) First = waiter;
        else _last.Next = waiter;
        _last = waiter;
        _count++;
    }

    public void Remove(Waiter waiter)
    {
        if (waiter.Previous is null) First = waiter.Next;
        else waiter.Previous.Next = waiter.Next;
        if (waiter.Next is null) _last = waiter.Previous;
        else waiter.Next.Previous = waiter.Previous;
        waiter.Next = waiter.Previous = null;
        waiter.IsQueued = false;
        _count--;
    }
}
