using System.Data.Common;
using Polly;
using Polly.CircuitBreaker;

namespace Outage;

/// <summary>The driver inside Polly's breaker with the settings nearest to this library's.</summary>
internal sealed class PollyContender : IContender
{
    private readonly DbDataSource _source;
    private readonly string _question;
    private readonly ResiliencePipeline _pipeline;

    public PollyContender(IDatabase database)
    {
        _source = database.CreateSource(OutageOptions.Polly);
        _question = database.Question;
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

    public string Name => OutageOptions.Polly;

    public DateTimeOffset? OpenedAt { get; private set; }

    public bool IsRejection(Exception exception) => exception is BrokenCircuitException;

    public Task RequestAsync(CancellationToken cancellationToken) => _pipeline.ExecuteAsync(
        static async (self, token) => await PlainContender.AskAsync(self._source, self._question, token), this,
        cancellationToken).AsTask();

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
