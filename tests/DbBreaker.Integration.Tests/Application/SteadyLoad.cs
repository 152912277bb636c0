using DbBreaker.TestKit;

namespace DbBreaker.Integration.Tests.Application;

/// <summary>An application under a steady load, from its start until it is stopped.</summary>
internal sealed class SteadyLoad
{
    private static readonly TimeSpan _longest = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly OpenLoopLoad _load;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<LoadResult> _running;
    private readonly DateTimeOffset _startedAt = TimeProvider.System.GetUtcNow();

    public SteadyLoad(GuardedApp app, double rate, Func<CancellationToken, Task>? request = null)
    {
        App = app;
        Rate = rate;
        _load = new OpenLoopLoad(new OpenLoopLoadOptions
        {
            Rate = rate, Duration = _longest, IsRejection = static exception => exception is DbGuardException,
        });
        _running = _load.RunAsync(request ?? app.AskAsync, _stop.Token);
    }

    public GuardedApp App { get; }

    public double Rate { get; }

    public TimeSpan Elapsed => _load.Elapsed;

    public int Count(LoadOutcome outcome) => _load.Count(outcome);

    /// <summary>When something happened, on the load's clock.</summary>
    public TimeSpan At(DbGuardTransition transition) => transition.At - _startedAt;

    /// <summary>
    /// Returns when the application runs well: a cold start on a busy machine may have looked like an outage.
    /// </summary>
    public async Task IsWarmAsync(int successes)
    {
        await MoreAsync(successes, LoadOutcome.Succeeded);
        await Eventually.BecomesTrueAsync(
            () => _load.InFlight < GuardedApp.Pool
                && App.Guard.GetSnapshot() is { State: CircuitState.Closed, PermitLimit: GuardedApp.Pool },
            _patience, $"{App} is warm");
    }

    /// <summary>Returns when this many more requests have ended in this way.</summary>
    public Task MoreAsync(int count, LoadOutcome outcome)
    {
        int from = Count(outcome);
        return Eventually.BecomesTrueAsync(
            () => Count(outcome) >= from + count, _patience, $"{count} more of {App} are {outcome}");
    }

    /// <summary>Returns when the guard has made a transition to a state after the first <paramref name="after"/>.
    /// </summary>
    public Task HasBecomeAsync(CircuitState state, int after = 0) => Eventually.BecomesTrueAsync(
        () => App.Transitions.Skip(after).Any(t => t.To == state), _patience, $"{App} has become {state}");

    /// <summary>Stops sending requests, and shows that no permit stays behind.</summary>
    public async Task<LoadResult> StopAsync()
    {
        await _stop.CancelAsync();
        LoadResult result = await _running;
        await Eventually.BecomesTrueAsync(
            () => App.Guard.GetSnapshot().PermitsInUse == 0, _patience, $"{App} holds no permit");
        return result;
    }
}
