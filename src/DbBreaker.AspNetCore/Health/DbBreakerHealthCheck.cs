using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace DbBreaker.AspNetCore.Health;

/// <summary>Healthy while every circuit is closed; what is not, is in the data with its reason.</summary>
internal sealed class DbBreakerHealthCheck(DbGuardRegistry registry) : IHealthCheck
{
    /// <summary>Probes read the answer every few seconds; a hundred guards in trouble are enough to tell.</summary>
    private const int MaxReported = 100;

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        Dictionary<string, object> data = [];
        List<string> names = [];
        var status = HealthStatus.Healthy;
        int troubled = 0;
        foreach (DbGuard guard in registry.EachGuard())
        {
            HealthStatus own = StatusOf(guard, context.Registration.FailureStatus);
            if (own == HealthStatus.Healthy) continue;
            if (own < status) status = own;
            if (++troubled > MaxReported) continue;
            DbGuardSnapshot now = guard.GetSnapshot();
            data[now.Name] = Describe(now, guard.IsOnFallback);
            names.Add($"{now.Name} is {now.State}");
        }

        if (troubled > MaxReported) data["others"] = troubled - MaxReported;
        string text = troubled == 0 ? "Every circuit is closed." : string.Join(", ", names) + ".";
        return Task.FromResult(new HealthCheckResult(status, text, data: data));
    }

    private static HealthStatus StatusOf(DbGuard guard, HealthStatus failure)
    {
        CircuitState state = guard.State;
        if (state == CircuitState.Closed || guard.Options.Mode == DbGuardMode.Disabled) return HealthStatus.Healthy;
        // Observing, everything still passes; on a fallback, reads are answered.
        bool serves = state == CircuitState.HalfOpen || guard.Options.Mode == DbGuardMode.Observe || guard.IsOnFallback;
        return serves && failure < HealthStatus.Degraded ? HealthStatus.Degraded : failure;
    }

    private static string Describe(DbGuardSnapshot now, bool isOnFallback) =>
        $"{now.State} since {now.StateSince:O}: {now.Reason}; retry after {now.RetryAfter.TotalSeconds:0.###} s"
        + (isOnFallback ? "; reads are answered by a fallback" : "")
        + (now.Mode == DbGuardMode.Observe ? "; observing only" : "");
}
