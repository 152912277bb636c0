using DbBreaker.TestKit;
using Spectre.Console;

namespace Outage;

/// <summary>How a load goes, while it goes: in place on a terminal, a line a second elsewhere.</summary>
internal static class Progress
{
    private static readonly TimeSpan _refresh = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan _refreshOfLog = TimeSpan.FromSeconds(1);

    public static Task ShowAsync(string name, OpenLoopLoad load, Func<string> phase, Task until)
    {
        return AnsiConsole.Profile.Capabilities.Interactive
            ? AnsiConsole.Status().StartAsync(name, status => EachAsync(_refresh, () => status.Status(Describe())))
            : EachAsync(_refreshOfLog, () => Console.WriteLine(Describe()));

        async Task EachAsync(TimeSpan interval, Action show)
        {
            while (!until.IsCompleted)
            {
                show();
                await Task.WhenAny(until, Task.Delay(interval, TimeProvider.System));
            }
        }

        // Within the 80 columns of a plain terminal.
        string Describe() =>
            $"{name,-9} {load.Elapsed.TotalSeconds,5:0.0} s {phase(),-7} in flight {load.InFlight,5} "
            + $"ok {load.Count(LoadOutcome.Succeeded),6} failed {load.Count(LoadOutcome.Failed),5} "
            + $"rejected {load.Count(LoadOutcome.Rejected),5}";
    }
}
