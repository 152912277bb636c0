namespace DbBreaker.CircuitBreaker;

/// <summary>What the circuit needs of the options. Immutable; replaced as a whole.</summary>
internal sealed record CircuitSettings(
    double FailureRatio,
    int MinimumThroughput,
    TimeSpan SamplingDuration,
    double? SlowCallRatio,
    TimeSpan BreakDuration,
    TimeSpan MaxBreakDuration,
    int SuccessesToClose)
{
    public static CircuitSettings From(DbGuardOptions options) => new(
        options.FailureRatio,
        options.MinimumThroughput,
        options.SamplingDuration,
        options.SlowCallThreshold is null ? null : options.SlowCallRatio,
        options.BreakDuration,
        options.MaxBreakDuration,
        options.SuccessesToClose);
}
