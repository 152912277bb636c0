using System.Globalization;
using DbBreaker.Integration.Tests.Application;
using DbBreaker.TestKit;

namespace DbBreaker.Integration.Tests.Storms;

/// <summary>
/// A guarded application as a process of its own, which <see cref="ChildProcessTests"/> starts and harms: a test that
/// runs only when it is asked for by name.
/// </summary>
public sealed class ChildApp
{
    public const string TargetVariable = "DBBREAKER_STORM_TARGET";
    public const string StarvedVariable = "DBBREAKER_STORM_STARVED_SECONDS";
    public const string DurationVariable = "DBBREAKER_STORM_SECONDS";
    public const string ReportVariable = "DBBREAKER_STORM_REPORT";
    public const string Ready = "ready";

    private const double RateOfSeam = 100;

    // More than the thread pool would grow to meanwhile.
    private const int Sleepers = 500;

    [Fact(Explicit = true)]
    public async Task Runs_for_its_parent()
    {
        IReadOnlyList<GuardedApp> apps = GuardedApp.BothSeams(Variable(TargetVariable), GuardedApp.BePatient);
        foreach (GuardedApp app in apps) await app.WarmUpAsync();
        long[] before = [.. apps.Select(static app => app.Guard.GetSnapshot().Transitions)];
        Report(Ready);
        Task<LoadResult>[] loads = [.. apps.Select(static app => Storm.RunAsync(
            app, static (a, _, token) => a.AskAsync(token), RateOfSeam, Seconds(DurationVariable)))];
        Starve(Seconds(StarvedVariable));
        LoadResult[] results = await Task.WhenAll(loads);
        for (int i = 0; i < apps.Count; i++)
        {
            foreach (DbGuardTransition transition in apps[i].Transitions.Skip((int)before[i]))
                Report($"{apps[i]}: {transition}");
            (int sent, int succeeded) = (results[i].Requests.Count, results[i].Count(LoadOutcome.Succeeded));
            Report(FormattableString.Invariant(
                $"{apps[i]}: {succeeded} of {sent} succeeded, the slowest in {Slowest(results[i])}"));
            await apps[i].DisposeAsync();
        }
    }

    private static double Slowest(LoadResult result) => result.LatencyPercentile(100)!.Value.TotalSeconds;

    // Everything that the application awaits stands still meanwhile, and so does the guard's own timer.
    private static void Starve(TimeSpan time)
    {
        if (time == TimeSpan.Zero) return;
        using var end = new ManualResetEventSlim();
        using var left = new CountdownEvent(Sleepers);
        for (int i = 0; i < Sleepers; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                _ =>
                {
                    end.Wait();
                    left.Signal();
                }, null);
        }

        Thread.Sleep(time);
        end.Set();
        left.Wait();
    }

    private static void Report(string line) => File.AppendAllText(Variable(ReportVariable), line + "\n");

    private static TimeSpan Seconds(string variable) =>
        TimeSpan.FromSeconds(double.Parse(Variable(variable), CultureInfo.InvariantCulture));

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name)
        ?? throw new InvalidOperationException($"{name} is not set; {nameof(ChildProcessTests)} sets it.");
}
