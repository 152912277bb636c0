using DbBreaker.TestKit;

namespace Outage;

/// <summary>Drives one contender through warm-up, fault and return, and shows how it goes.</summary>
internal sealed class OutageRunner(IDatabase database, OutageOptions options)
{
    private static readonly TimeSpan _drain = TimeSpan.FromSeconds(60);

    public async Task<Run> RunAsync(IContender contender, CancellationToken cancellationToken)
    {
        var load = new OpenLoopLoad(new OpenLoopLoadOptions
        {
            Rate = options.Rate,
            Duration = options.WarmUp + options.Freeze + options.After,
            DrainDeadline = _drain,
            IsRejection = contender.IsRejection,
            Start = database.Start,
        });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<LoadResult> running = load.RunAsync(contender.RequestAsync, stop.Token);
        var (faultAt, backAt) = (options.WarmUp, options.WarmUp + options.Freeze);
        DateTimeOffset faultTime = default;
        string phase = "healthy";
        Task fault = HurtAsync();
        await Progress.ShowAsync(contender.Name, load, () => phase, Task.WhenAll(running, fault));
        await fault;
        LoadResult result = await running;
        cancellationToken.ThrowIfCancellationRequested();
        return new Run(contender.Name, result, faultAt, backAt, contender.OpenedAt - faultTime, contender.IsRejection);

        async Task HurtAsync()
        {
            await Task.Delay(options.WarmUp, TimeProvider.System, cancellationToken);
            // The fault counts from its beginning: to the contender's disadvantage.
            (faultAt, faultTime, phase) = (load.Elapsed, TimeProvider.System.GetUtcNow(), database.Fault);
            await database.HurtAsync(cancellationToken);
            await Task.Delay(options.Freeze, TimeProvider.System, cancellationToken);
            await database.HealAsync(() => backAt = load.Elapsed, cancellationToken);
            phase = "back";
        }
    }
}
