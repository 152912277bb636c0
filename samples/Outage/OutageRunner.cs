using DbBreaker.TestKit;
using Spectre.Console;

namespace Outage;

/// <summary>Drives one contender through warm-up, fault and return, and shows how it goes.</summary>
internal sealed class OutageRunner(PostgresServer server, OutageOptions options)
{
    private static readonly TimeSpan _drain = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _refresh = TimeSpan.FromMilliseconds(250);

    public async Task<Run> RunAsync(IContender contender, CancellationToken cancellationToken)
    {
        var load = new OpenLoopLoad(new OpenLoopLoadOptions
        {
            Rate = options.Rate,
            Duration = options.WarmUp + options.Freeze + options.After,
            DrainDeadline = _drain,
            IsRejection = contender.IsRejection,
        });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<LoadResult> running = load.RunAsync(contender.RequestAsync, stop.Token);
        var (faultAt, backAt) = (options.WarmUp, options.WarmUp + options.Freeze);
        DateTimeOffset faultTime = default;
        string phase = "healthy";
        Task fault = HurtAsync();
        await ShowAsync(contender, load, () => phase, Task.WhenAll(running, fault));
        await fault;
        LoadResult result = await running;
        cancellationToken.ThrowIfCancellationRequested();
        return new Run(contender.Name, result, faultAt, backAt, contender.OpenedAt - faultTime, contender.IsRejection);

        async Task HurtAsync()
        {
            await Task.Delay(options.WarmUp, TimeProvider.System, cancellationToken);
            // The fault counts from its beginning, the return from its end: both to the contender's disadvantage.
            (faultAt, faultTime, phase) = (load.Elapsed, TimeProvider.System.GetUtcNow(), options.Fault);
            await (options.Fault == "freeze"
                ? server.FreezeAsync(cancellationToken)
                : server.KillAsync(cancellationToken));
            await Task.Delay(options.Freeze, TimeProvider.System, cancellationToken);
            if (options.Fault == "freeze")
            {
                backAt = load.Elapsed;
                await server.ThawAsync(cancellationToken);
            }
            else
            {
                await server.StartAgainAsync(cancellationToken);
                backAt = load.Elapsed;
            }

            phase = "back";
        }
    }

    private static async Task ShowAsync(IContender contender, OpenLoopLoad load, Func<string> phase, Task until)
    {
        await AnsiConsole.Status().StartAsync(contender.Name, async status =>
        {
            while (!until.IsCompleted)
            {
                status.Status(
                    $"[bold]{contender.Name,-9}[/] {load.Elapsed.TotalSeconds,5:0.0} s  {phase(),-8} "
                    + $"in flight {load.InFlight,5}  ok {load.Count(LoadOutcome.Succeeded),6}  "
                    + $"failed {load.Count(LoadOutcome.Failed),5}  rejected {load.Count(LoadOutcome.Rejected),5}");
                await Task.WhenAny(until, Task.Delay(_refresh, TimeProvider.System));
            }
        });
    }
}
