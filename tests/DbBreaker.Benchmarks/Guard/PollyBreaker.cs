using Polly;
using Polly.CircuitBreaker;

namespace DbBreaker.Benchmarks.Guard;

/// <summary>Polly's breaker with the settings nearest to a guard's defaults.</summary>
internal static class PollyBreaker
{
    public static ResiliencePipeline Create(CircuitBreakerManualControl? control = null) =>
        new ResiliencePipelineBuilder()
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions
        {
            FailureRatio = 0.5,
            MinimumThroughput = 20,
            SamplingDuration = TimeSpan.FromSeconds(10),
            BreakDuration = TimeSpan.FromSeconds(5),
            ManualControl = control,
        })
        .Build();
}
