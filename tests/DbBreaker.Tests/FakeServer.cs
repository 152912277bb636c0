namespace DbBreaker.Tests;

/// <summary>A server as a guard's probe meets it.</summary>
internal sealed class FakeServer
{
    private int _probes;
    private int _clearedPools;

    /// <summary>What making a probe connection throws, if anything.</summary>
    public Exception? CannotBeAsked { get; set; }

    /// <summary>What opening one throws.</summary>
    public Exception? RefusesOpen { get; set; }

    /// <summary>What the probe's command throws.</summary>
    public Exception? RefusesCommand { get; set; }

    /// <summary>What clearing the pool throws.</summary>
    public Exception? KeepsPool { get; set; }

    /// <summary>The connection string's own timeout.</summary>
    public TimeSpan? ConnectTimeout { get; init; }

    /// <summary>Holds opens up until it is set.</summary>
    public ManualResetEventSlim Thawed { get; } = new(initialState: true);

    public int Probes => Volatile.Read(ref _probes);

    public int ClearedPools => Volatile.Read(ref _clearedPools);

    public void Open()
    {
        Interlocked.Increment(ref _probes);
        Thawed.Wait();
        if (RefusesOpen is { } refusal) throw refusal;
    }

    public void ClearPool()
    {
        Interlocked.Increment(ref _clearedPools);
        if (KeepsPool is { } refusal) throw refusal;
    }
}
