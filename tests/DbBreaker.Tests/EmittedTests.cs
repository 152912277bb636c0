using DbBreaker.TestKit;

namespace DbBreaker.Tests;

/// <summary>The scan over what the core says would find a secret, without a listener to meter or activities.</summary>
public sealed class EmittedTests
{
    private const string Planted = "pl4nted-in-a-test";

    [Fact]
    public void A_secret_is_found_in_a_log_line_an_exception_and_a_snapshot()
    {
        var registry = new DbGuardRegistry(null, isDisabled: false);
        using EmissionScan scan = EmissionScan.OfTexts(Planted);
        registry.UseLogging(scan);
        DbGuard guard = registry.GetOrAdd("orders");
        guard.Isolate(Planted);
        Assert.Throws<DbCircuitOpenException>(() => guard.Acquire());
        scan.Hear(registry);

        foreach (string origin in (string[])["log line", nameof(DbCircuitOpenException), "snapshot"])
            Assert.Contains(scan.Findings, found => found.StartsWith(origin, StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_measured_is_not_listened_to()
    {
        var registry = new DbGuardRegistry(null, isDisabled: false);
        using EmissionScan scan = EmissionScan.OfTexts(Planted);
        registry.GetOrAdd(Planted).Isolate();

        Assert.DoesNotContain(scan.Findings, found => found.StartsWith("dbbreaker.", StringComparison.Ordinal));
        Assert.Null(scan.StartActivity("request"));
    }
}
