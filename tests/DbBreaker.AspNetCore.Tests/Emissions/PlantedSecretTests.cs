using System.Diagnostics;
using DbBreaker.TestKit;

namespace DbBreaker.AspNetCore.Tests.Emissions;

/// <summary>The scan over what is told would find a secret wherever one got out.</summary>
public sealed class PlantedSecretTests
{
    private const string Planted = "pl4nted-in-a-test";

    private readonly DbGuardRegistry _registry = new(null, isDisabled: false);

    [Fact]
    public void A_secret_in_a_log_line_is_found()
    {
        using EmissionScan scan = new(Planted);
        _registry.UseLogging(scan);

        _registry.GetOrAdd("orders").Isolate(Planted);

        Assert.Contains(scan.Findings, found => found.StartsWith("log line 1003", StringComparison.Ordinal));
    }

    [Fact]
    public void A_secret_in_a_tag_of_a_measurement_is_found()
    {
        using EmissionScan scan = new(Planted);

        _registry.GetOrAdd(Planted).Isolate();

        Assert.Contains(
            scan.Findings, found => found.StartsWith("dbbreaker.circuit.transitions", StringComparison.Ordinal));
    }

    [Fact]
    public void A_secret_in_a_number_that_is_read_on_demand_is_found()
    {
        DbGuard guard = _registry.GetOrAdd(Planted);
        using EmissionScan scan = new(Planted);

        Assert.Contains(scan.Findings, found => found.StartsWith("dbbreaker.", StringComparison.Ordinal));
        GC.KeepAlive(guard);
    }

    [Fact]
    public void A_secret_in_an_exception_is_found_even_when_it_is_caught()
    {
        DbGuard guard = _registry.GetOrAdd("orders");
        using EmissionScan scan = new(Planted);
        guard.Isolate(Planted);

        Assert.Throws<DbCircuitOpenException>(() => guard.Acquire());

        Assert.Contains(
            scan.Findings, found => found.StartsWith(nameof(DbCircuitOpenException), StringComparison.Ordinal));
    }

    [Fact]
    public void A_secret_in_an_error_about_options_is_found()
    {
        using EmissionScan scan = new(Planted);

        Assert.Throws<InvalidOperationException>(() =>
        {
            _registry.GetOrAdd(Planted, new() { QueueLimit = 1 });
            _registry.GetOrAdd(Planted, new() { QueueLimit = 2 });
        });

        Assert.Contains(
            scan.Findings, found => found.StartsWith(nameof(InvalidOperationException), StringComparison.Ordinal));
    }

    [Fact]
    public void A_secret_in_an_event_on_the_callers_activity_is_found()
    {
        DbGuard guard = _registry.GetOrAdd(Planted);
        guard.Isolate();
        using EmissionScan scan = new(Planted);

        using (scan.StartActivity("request")) guard.TryAcquire(out _);

        Assert.Contains(scan.Findings, found => found.StartsWith("activity event", StringComparison.Ordinal));
    }

    [Fact]
    public void A_secret_that_becomes_known_after_it_was_told_is_found()
    {
        string late = "late-" + Guid.NewGuid();
        using EmissionScan scan = new();
        scan.Hear("page", $"<p>{late}</p>");

        Assert.Empty(scan.Findings);
        Secrets.Add(late);

        Assert.Contains(late, Assert.Throws<InvalidOperationException>(scan.Verify).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_test_has_an_activity_that_the_scan_hears() =>
        Assert.Contains(nameof(Every_test_has_an_activity_that_the_scan_hears), Activity.Current?.OperationName);
}
