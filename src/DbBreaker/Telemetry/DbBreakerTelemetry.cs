namespace DbBreaker.Telemetry;

/// <summary>Every name that leaves the process in metrics, logs and traces, once. docs/telemetry.md explains them, and
/// a test holds the board and the alert rules to them.</summary>
public static class DbBreakerTelemetry
{
    /// <summary>The meter: what <c>AddMeter</c> takes.</summary>
    public const string MeterName = "DbBreaker";

    /// <summary>The category of every log line.</summary>
    public const string LogCategory = "DbBreaker";

    internal const string CircuitState = "dbbreaker.circuit.state";
    internal const string CircuitTransitions = "dbbreaker.circuit.transitions";
    internal const string Operations = "dbbreaker.operations";
    internal const string Rejections = "dbbreaker.rejections";
    internal const string ObservedRejections = "dbbreaker.observed_rejections";
    internal const string PermitsInUse = "dbbreaker.permits.in_use";
    internal const string PermitsLimit = "dbbreaker.permits.limit";
    internal const string PermitsHeldTime = "dbbreaker.permits.held_time";
    internal const string QueueLength = "dbbreaker.queue.length";
    internal const string QueueWaitTime = "dbbreaker.queue.wait_time";
    internal const string Probes = "dbbreaker.probes";
    internal const string Leaks = "dbbreaker.leaks";
    internal const string FallbackAnswers = "dbbreaker.fallback.answers";

    // Tags. Every one but the guard's name has a handful of values; guards are bounded by their registry.
    internal const string GuardTag = "dbbreaker.guard.name";
    internal const string StateTag = "dbbreaker.circuit.state";
    internal const string FromTag = "dbbreaker.circuit.from";
    internal const string ToTag = "dbbreaker.circuit.to";
    internal const string CauseTag = "dbbreaker.cause";
    internal const string OutcomeTag = "dbbreaker.outcome";
    internal const string SourceTag = "dbbreaker.fallback.source";

    // Events on the caller's activity.
    internal const string RejectedEvent = "dbbreaker.rejected";
    internal const string WaitedEvent = "dbbreaker.waited";
    internal const string FallbackEvent = "dbbreaker.fallback";
    internal const string AgeSecondsTag = "dbbreaker.fallback.age_seconds";
    internal const string WaitSecondsTag = "dbbreaker.queue.wait_seconds";

    internal static IReadOnlyList<string> Instruments { get; } =
    [
        CircuitState, CircuitTransitions, Operations, Rejections, ObservedRejections, PermitsInUse, PermitsLimit,
        PermitsHeldTime, QueueLength, QueueWaitTime, Probes, Leaks, FallbackAnswers,
    ];
}
