using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Time.Testing;

namespace DbBreaker.AspNetCore.Tests.Health;

public sealed class DbBreakerHealthCheckTests
{
    private readonly DbGuardRegistry _registry = new(null, isDisabled: false);

    [Fact]
    public async Task Closed_circuits_are_healthy()
    {
        _registry.GetOrAdd("orders");

        Assert.Equal(HealthStatus.Healthy, (await CheckAsync()).Status);
    }

    [Fact]
    public async Task An_open_circuit_is_unhealthy_and_the_data_says_why()
    {
        Trip.Open(_registry.GetOrAdd("orders", Trip.Options()));
        _registry.GetOrAdd("billing");

        HealthReportEntry entry = await CheckAsync();

        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        string reason = Assert.IsType<string>(entry.Data["orders"]);
        Assert.Contains("2 of 2", reason, StringComparison.Ordinal);
        Assert.DoesNotContain("billing", entry.Data.Keys);
        Assert.Contains("orders is Open", entry.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_isolated_guard_is_unhealthy_with_the_reason_that_was_given()
    {
        _registry.GetOrAdd("orders").Isolate("moving house");

        HealthReportEntry entry = await CheckAsync();

        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.Contains("moving house", Assert.IsType<string>(entry.Data["orders"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_half_open_circuit_is_degraded_and_the_data_says_why()
    {
        FakeTimeProvider time = new();
        DbGuardRegistry registry = new(time, isDisabled: false);
        DbGuard guard = registry.GetOrAdd("orders", Trip.Options());
        Trip.Open(guard);
        for (int i = 0; i < 2_000 && guard.State == CircuitState.Open; i++) time.Advance(TimeSpan.FromMilliseconds(50));

        HealthReportEntry entry = await CheckAsync(registry);

        Assert.Equal((CircuitState.HalfOpen, HealthStatus.Degraded), (guard.State, entry.Status));
        Assert.Contains("the break is over", Assert.IsType<string>(entry.Data["orders"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_open_circuit_whose_fallback_answers_is_degraded()
    {
        DbGuard guard = _registry.GetOrAdd("orders", Trip.Options());
        Trip.Open(guard);
        guard.FallbackAnswered("replica");

        HealthReportEntry entry = await CheckAsync();

        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Contains("fallback", Assert.IsType<string>(entry.Data["orders"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_open_circuit_that_only_observes_is_degraded()
    {
        DbGuardOptions options = Trip.Options();
        options.Mode = DbGuardMode.Observe;
        Trip.Open(_registry.GetOrAdd("orders", options));

        Assert.Equal(HealthStatus.Degraded, (await CheckAsync()).Status);
    }

    [Fact]
    public async Task A_huge_number_of_open_guards_is_reported_up_to_a_hundred()
    {
        for (int i = 0; i < 150; i++) _registry.GetOrAdd($"g{i}").Isolate();

        HealthReportEntry entry = await CheckAsync();

        Assert.Equal(101, entry.Data.Count);
        Assert.Equal(50, entry.Data["others"]);
    }

    private async Task<HealthReportEntry> CheckAsync(DbGuardRegistry? registry = null)
    {
        ServiceCollection services = [];
        services.AddLogging().AddSingleton(registry ?? _registry).AddHealthChecks().AddDbBreaker();
        await using ServiceProvider provider = services.BuildServiceProvider();
        HealthReport report = await provider.GetRequiredService<HealthCheckService>()
            .CheckHealthAsync(TestContext.Current.CancellationToken);
        return report.Entries["dbbreaker"];
    }
}
