namespace DbBreaker.Liveness;

/// <summary>One probe under way. The result is written by the attempt's own thread and read by the guard's
/// tick.</summary>
internal sealed class ProbeAttempt(long startedAt, long startedAtExact)
{
    private StrongBox? _result;

    /// <summary>Attended time: the deadline does not run while the guard itself sleeps.</summary>
    public long StartedAt { get; } = startedAt;

    public long StartedAtExact { get; } = startedAtExact;

    public bool IsOverdueReported { get; set; }

    public ProbeResult? Result => Volatile.Read(ref _result)?.Value;

    public void Complete(ProbeResult result) => Volatile.Write(ref _result, new StrongBox(result));

    private sealed record StrongBox(ProbeResult Value);
}
