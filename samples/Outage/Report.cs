using DbBreaker.TestKit;
using Spectre.Console;

namespace Outage;

/// <summary>The table at the end.</summary>
internal static class Report
{
    public static void Print(IReadOnlyList<Run> runs)
    {
        var table = new Table().AddColumn("");
        foreach (Run run in runs) table.AddColumn(run.Contender);
        Row(table, runs, "first fast failure after the fault", r => Time(r.FirstFastFailure));
        Row(table, runs, "circuit open after", r => Time(r.OpenedAfter));
        Row(table, runs, "callers stuck at once", r => $"{r.MostStuck:#,0}");
        Row(table, runs, "wait before an error, median", r => Time(r.MedianWait));
        Row(table, runs, "wait before an error, longest", r => Time(r.LongestWait));
        Row(table, runs, "first success after the return", r => Time(r.FirstSuccess));
        Row(table, runs, "rejections after the return", r => $"{r.RejectionsAfter:#,0}");
        Row(table, runs, "newcomers that failed after the return", r => $"{r.FailuresOfNewcomers:#,0}");
        Row(table, runs, "succeeded", r => $"{r.Load.Count(LoadOutcome.Succeeded):#,0}");
        Row(table, runs, "failed", r => $"{r.Load.Count(LoadOutcome.Failed):#,0}");
        Row(table, runs, "rejected", r => $"{r.Load.Count(LoadOutcome.Rejected):#,0}");
        AnsiConsole.Write(table);
    }

    private static void Row(Table table, IReadOnlyList<Run> runs, string title, Func<Run, string> cell) =>
        table.AddRow([title, .. runs.Select(cell)]);

    private static string Time(TimeSpan? time) => time is { } t ? $"{t.TotalSeconds:0.00} s" : "never";
}
