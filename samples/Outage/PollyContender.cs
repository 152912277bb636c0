using Npgsql;
using Polly;
using Polly.CircuitBreaker;

namespace Outage;

/// <summary>Npgsql inside Polly's breaker with the settings nearest to this library's.</summary>
internal sealed class PollyContender : IContender
{
    private readonly NpgsqlDataSource _source;
    private readonly ResiliencePipeline _pipeline;

    public PollyContender(string connectionString)
    {
        _source = NpgsqlDataSource.Create(connectionString);
        _pipeline = new ResiliencePipelineBuilder()
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                FailureRatio = 0.5,
                MinimumThroughput = 20,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDuration = TimeSpan.FromSeconds(5),
                OnOpened = _ =>
                {
                    OpenedAt ??= TimeProvider.System.GetUtcNow();
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
    }

    public string Name => "polly";

    public DateTimeOffset? OpenedAt { get; private set; }

    public bool IsRejection(Exception exception) => exception is BrokenCircuitException;

    public Task RequestAsync(CancellationToken cancellationToken) => _pipeline.ExecuteAsync(
        static async (source, token) => await PlainContender.AskAsync(source, token),
        _source,
        cancellationToken).AsTask();

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
