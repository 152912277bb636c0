namespace DbBreaker.TestKit;

/// <summary>Counts bytes down to the one after which a connection is to be reset.</summary>
internal sealed class ProxyTrigger
{
    private readonly Lock _counting = new();
    private TaskCompletionSource? _fired;
    private long _left;

    public Task Arm(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        lock (_counting)
        {
            _left = bytes;
            _fired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _fired.Task;
        }
    }

    /// <summary>How many of the bytes may pass.</summary>
    /// <param name="bytes">What is about to be delivered.</param>
    /// <param name="fired">Not null when the connection is to be reset after them; to be completed then.</param>
    public int Admit(int bytes, out TaskCompletionSource? fired)
    {
        fired = null;
        // Read without the lock: an unarmed trigger must not make every connection wait for every other.
        if (Volatile.Read(ref _fired) is null)
            return bytes;
        lock (_counting)
        {
            if (_fired is null || bytes < _left)
            {
                _left -= bytes;
                return bytes;
            }

            fired = _fired;
            _fired = null;
            return (int)_left;
        }
    }
}
