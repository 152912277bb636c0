using System.Diagnostics;
using System.Globalization;
using DbBreaker.TestKit;

namespace DbBreaker.Integration.Tests.Storms;

/// <summary>The client itself stands still: what the guard did not watch is no evidence.</summary>
public sealed class ChildProcessTests(StormServer storm, ITestOutputHelper output) : IClassFixture<StormServer>
{
    private const int Duration = 8, Standstill = 3;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(90);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_process_that_is_stopped_and_goes_on() => RunAsync(starved: 0, async child =>
    {
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, Token);
        SignalProcess.StopTree(child.Id);
        await Task.Delay(TimeSpan.FromSeconds(Standstill), TimeProvider.System, Token);
        SignalProcess.ContinueTree(child.Id);
    });

    [Fact]
    public Task A_thread_pool_that_is_starved() => RunAsync(Standstill, static _ => Task.CompletedTask);

    private async Task RunAsync(int starved, Func<Process, Task> harm)
    {
        string report = Path.GetTempFileName();
        using Process child = Start(report, starved);
        try
        {
            await Eventually.BecomesTrueAsync(
                async token => (await File.ReadAllTextAsync(report, token)).StartsWith(ChildApp.Ready),
                _patience, "the child is ready", cancellationToken: Token);
            await harm(child);
            await child.WaitForExitAsync(Token).WaitAsync(_patience, Token);
        }
        finally
        {
            child.Kill(entireProcessTree: true);
            output.WriteLine(await File.ReadAllTextAsync(report));
        }

        string[] lines = await File.ReadAllLinesAsync(report, Token);
        File.Delete(report);
        Assert.Equal(0, child.ExitCode);
        // One line for each seam, and none for a transition. The standstill has to show, or there was none.
        Assert.Collection(lines, static line => Assert.Equal(ChildApp.Ready, line), IsWell, IsWell);
    }

    private static void IsWell(string line)
    {
        Assert.Contains(" succeeded, the slowest in ", line, StringComparison.Ordinal);
        double slowest = double.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture);
        Assert.InRange(slowest, Standstill / 2.0, _patience.TotalSeconds);
    }

    private Process Start(string report, int starved)
    {
        string program = typeof(ChildApp).Assembly.Location;
        var start = new ProcessStartInfo("dotnet",
        [
            program, "-noColor", "-noLogo", "-explicit", "only", "-method",
            $"{typeof(ChildApp).FullName}.{nameof(ChildApp.Runs_for_its_parent)}",
        ]) { RedirectStandardOutput = false };
        start.Environment[ChildApp.TargetVariable] = storm.Pooled();
        start.Environment[ChildApp.DurationVariable] = $"{Duration}";
        start.Environment[ChildApp.StarvedVariable] = $"{starved}";
        start.Environment[ChildApp.ReportVariable] = report;
        return Process.Start(start) ?? throw new InvalidOperationException("The child did not start.");
    }
}
