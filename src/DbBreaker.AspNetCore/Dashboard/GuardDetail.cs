namespace DbBreaker.AspNetCore.Dashboard;

/// <summary>Everything about one guard: counts, timeline, transitions with their evidence, effective options.</summary>
internal sealed record GuardDetail(
    GuardRow Row,
    double RetryAfterSeconds,
    long RejectedOpen,
    long RejectedSaturated,
    long WouldHaveRejected,
    long FallbackAnswers,
    double LongestHoldMs,
    bool? ProbeAnswered,
    long TransitionCount,
    long Bucket,
    GuardSeries Series,
    IReadOnlyList<GuardEvent> Transitions,
    IReadOnlyList<GuardOptionValue> Options);
