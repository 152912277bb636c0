using System.Text.Json;
using System.Text.RegularExpressions;
using N = DbBreaker.Telemetry.DbBreakerTelemetry;

namespace DbBreaker.Tests.Telemetry;

/// <summary>The board, the alert rules and the page about telemetry speak of what the code emits.</summary>
public sealed partial class DashboardFileTests
{
    private static readonly string[] _tags =
        [N.GuardTag, N.StateTag, N.FromTag, N.ToTag, N.CauseTag, N.OutcomeTag, N.SourceTag];

    private static readonly Dictionary<string, string> _metrics =
        N.Instruments.ToDictionary(PrometheusName, name => name);

    [Theory]
    [InlineData("grafana.json")]
    [InlineData("alerts.yml")]
    public void Every_name_in_the_file_is_emitted(string file)
    {
        string[] known = [.. _metrics.Keys, .. _tags.Select(t => t.Replace('.', '_'))];

        string[] names = [.. Names().Matches(Read("dashboards", file)).Select(m => m.Value).Distinct()];

        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Contains(WithoutBucket(name), known));
    }

    [Fact]
    public void Every_metric_is_on_the_board()
    {
        string board = Read("dashboards", "grafana.json");

        Assert.All(_metrics.Keys, metric => Assert.Contains(metric, board, StringComparison.Ordinal));
        Assert.True(JsonDocument.Parse(board).RootElement.GetProperty("panels").GetArrayLength() > 5);
    }

    [Fact]
    public void The_page_about_telemetry_names_every_metric_tag_and_event_id()
    {
        string page = Read("telemetry.md");

        Assert.All(N.Instruments, name => Assert.Contains($"`{name}`", page, StringComparison.Ordinal));
        Assert.All(_tags, name => Assert.Contains($"`{name}`", page, StringComparison.Ordinal));
        Assert.All(
            typeof(DbBreaker.Telemetry.EventIds).GetFields().Select(f => f.GetRawConstantValue()!.ToString()!),
            id => Assert.Contains($"| {id} |", page, StringComparison.Ordinal));
    }

    // What OpenTelemetry's exporters make of a name: underscores, the unit in full, and _total after counters.
    private static string PrometheusName(string name) => name.Replace('.', '_') + name switch
    {
        N.PermitsHeldTime or N.QueueWaitTime => "_seconds",
        N.CircuitState or N.PermitsInUse or N.PermitsLimit or N.QueueLength => "",
        _ => "_total",
    };

    private static string WithoutBucket(string name) =>
        name.EndsWith("_bucket", StringComparison.Ordinal) ? name[..^"_bucket".Length] : name;

    private static string Read(params string[] path)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "DbBreaker.sln")))
            folder = folder.Parent;

        Assert.NotNull(folder);
        return File.ReadAllText(Path.Combine([folder.FullName, "docs", .. path]));
    }

    [GeneratedRegex("dbbreaker_[a-z_]+")]
    private static partial Regex Names();
}
