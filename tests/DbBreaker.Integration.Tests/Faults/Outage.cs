using DbBreaker.Integration.Tests.Application;
using DbBreaker.Integration.Tests.Storms;
using DbBreaker.TestKit;

namespace DbBreaker.Integration.Tests.Faults;

/// <summary>One fault from its beginning to its end, as an application under steady load lives through it.</summary>
internal sealed class Outage(SteadyLoad load, ITestOutputHelper output)
{
    private const double Rate = 100;
    private const int Warm = 100, Later = 150;

    // Without a guard every caller of the outage would be stuck, which are twice as many. How few it can be is measured
    // on a quiet machine, by the Outage sample.
    private const int StuckAtMost = 150;

    // What a caller takes for "at once"; the medians are thousands of times shorter, but the machine may be busy.
    private static readonly TimeSpan _fast = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan _recoveryAtMost = TimeSpan.FromSeconds(10);

    private TimeSpan _hurtAt, _openAt, _healingAt, _healedAt, _closedAt;
    private LoadResult? _result;
    private int _before;

    private IReadOnlyList<DbGuardTransition> Transitions => [.. load.App.Transitions.Skip(_before)];

    private TimeSpan? FirstSuccess => _result!.FirstSuccessAfter(_healedAt)?.EndedAt - _healedAt;

    /// <summary>Both seams meet the fault, in one run. Without an <paramref name="end"/> it ends by itself.</summary>
    public static async Task MeetAsync(
        string connectionString, Func<Task> fault, Func<Task>? end, ITestOutputHelper output,
        Func<GuardedApp, Func<CancellationToken, Task>>? request = null)
    {
        IReadOnlyList<GuardedApp> apps = GuardedApp.BothSeams(connectionString);
        foreach (GuardedApp app in apps) await app.WarmUpAsync();
        Outage[] outages =
            [.. apps.Select(app => new Outage(new SteadyLoad(app, Rate, request?.Invoke(app)), output))];
        try
        {
            await ForEachAsync(outages, outage => outage.WarmUpAsync());
            await fault();
            await ForEachAsync(outages, outage => outage.LivesOnAsync(lasts: end is not null));
            await (end?.Invoke() ?? Task.CompletedTask);
            await ForEachAsync(outages, outage => outage.RecoversAsync());
        }
        finally
        {
            await ForEachAsync(outages, outage => outage.StopAsync());
            foreach (GuardedApp app in apps) await app.DisposeAsync();
        }

        foreach (Outage outage in outages) outage.Tell();
        foreach (Outage outage in outages) outage.Judge();
    }

    private static Task ForEachAsync(Outage[] outages, Func<Outage, Task> step) =>
        Task.WhenAll(outages.Select(step));

    private async Task WarmUpAsync()
    {
        await load.IsWarmAsync(Warm);
        _before = load.App.Transitions.Count;
        _hurtAt = load.Elapsed;
    }

    private async Task LivesOnAsync(bool lasts)
    {
        await load.HasBecomeAsync(CircuitState.Open, _before);
        _openAt = load.At(Transitions[0]);
        if (lasts) await load.MoreAsync(Later, LoadOutcome.Rejected);
        _healingAt = load.Elapsed;
    }

    private async Task RecoversAsync()
    {
        _healedAt = load.Elapsed;
        await load.HasBecomeAsync(CircuitState.Closed, _before);
        _closedAt = load.At(Transitions.First(static t => t.To == CircuitState.Closed));
        await load.MoreAsync(Later, LoadOutcome.Succeeded);
    }

    private async Task StopAsync() => _result = await load.StopAsync();

    private void Judge()
    {
        JudgeTransitions();
        Assert.InRange(_result!.MaxInFlightBetween(_hurtAt, _healingAt), 1, StuckAtMost);
        LoadRequest[] shut =
            [.. _result.Requests.Where(r => r.ScheduledAt > _openAt + _fast && r.EndedAt < _healingAt)];
        Assert.All(shut, static request => Assert.IsType<DbCircuitOpenException>(request.Error));
        Assert.True(shut.Length == 0 || Median(shut) < _fast, $"{load.App}: a rejection took {Median(shut)}.");
        Assert.True(FirstSuccess < _recoveryAtMost, $"{load.App}: the first success took {FirstSuccess}.");
        // Nobody meets a connection from before the outage. On a busy machine a new one may run out of time.
        Assert.All(
            _result.Requests.Where(r => r.ScheduledAt > _closedAt && r.Outcome == LoadOutcome.Failed),
            request => Assert.True(
                Storm.IsOf(request.Error, nameof(TimeoutException)),
                $"{load.App}: {request.ScheduledAt}: {request.Error}"));
    }

    private void JudgeTransitions()
    {
        // What a busy machine does to a server later on is another outage.
        DbGuardTransition[] transitions = [.. Transitions.Take(3)];
        Assert.Equal(
            [CircuitState.Open, CircuitState.HalfOpen, CircuitState.Closed], transitions.Select(static t => t.To));
        DbGuardTransition opened = transitions[0];
        Assert.True(opened.Cause is DbTransitionCause.ProbeUnanswered or DbTransitionCause.FailureRatio, $"{opened}");
        Assert.True(opened.Stalled > 0 || opened.Failures > 0, $"{opened}");
        if (opened.Cause == DbTransitionCause.ProbeUnanswered) Assert.False(opened.ProbeAnswered);
        Assert.True(opened.BreakDuration > TimeSpan.Zero);
        Assert.Equal(GuardedApp.Pool, opened.PermitLimit);
        Assert.Equal(DbTransitionCause.ProbeAnswered, transitions[1].Cause);
        Assert.True(transitions[1].ProbeAnswered);
        Assert.Equal(DbTransitionCause.TrialsSucceeded, transitions[2].Cause);
    }

    private LoadRequest[] Healthy => [.. _result!.Requests.Where(r => r.EndedAt < _hurtAt)];

    private static TimeSpan Median(LoadRequest[] requests) =>
        requests.Select(static r => r.Latency!.Value).Order().ElementAt(requests.Length / 2);

    private void Tell()
    {
        TimeSpan? firstFast = _result!.FirstFailureAfter(_hurtAt, TimeSpan.FromSeconds(2.1))?.EndedAt - _hurtAt;
        output.WriteLine(
            $"{load.App}: first fast failure {Seconds(firstFast)}, open {Seconds(_openAt - _hurtAt)}, "
            + $"stuck {_result.MaxInFlightBetween(_hurtAt, _healingAt)}, first success {Seconds(FirstSuccess)}, "
            + $"closed {Seconds(_closedAt - _healedAt)}, rejections after {_result.RejectionsAfter(_healedAt)}, "
            + $"median of the healthy {Seconds(Median(Healthy))}");
        foreach (DbGuardTransition transition in load.App.Transitions)
            output.WriteLine($"  {load.At(transition).TotalSeconds:0.000} {transition}");
        foreach ((string kind, int count) in _result.ErrorKinds()) output.WriteLine($"  {count} x {kind}");
    }

    private static string Seconds(TimeSpan? time) => $"{time?.TotalSeconds:0.00} s";
}
