namespace DbBreaker.CircuitBreaker;

/// <summary>A transition as the circuit saw it; the guard adds the pool's numbers and the probe's answer.</summary>
internal sealed record CircuitChange(
    CircuitState From,
    CircuitState To,
    DbTransitionCause Cause,
    long At,
    WindowCounts Window,
    TimeSpan Break,
    Exception? Failure);
