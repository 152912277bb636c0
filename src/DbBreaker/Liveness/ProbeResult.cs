namespace DbBreaker.Liveness;

/// <summary>A probe's outcome with how long it took and, when it failed, why.</summary>
internal readonly record struct ProbeResult(ProbeOutcome Outcome, TimeSpan Elapsed, Exception? Failure = null);
