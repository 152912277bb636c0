using DbBreaker;
using DbBreaker.AspNetCore.Health;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the guards to health checks.</summary>
public static class DbBreakerHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a check of all guards: degraded while a circuit is half-open, observed only or on a fallback, and
    /// <paramref name="failureStatus"/> while one is open or isolated. For readiness; a liveness check on it would
    /// restart an application because its database is away.
    /// </summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="failureStatus">What an open circuit means; unhealthy when null.</param>
    /// <param name="tags">Tags to filter by.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is null.</exception>
    public static IHealthChecksBuilder AddDbBreaker(
        this IHealthChecksBuilder builder,
        string name = "dbbreaker",
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name,
            static services => new DbBreakerHealthCheck(
                services.GetService<DbGuardRegistry>() ?? DbGuardRegistry.Shared),
            failureStatus,
            tags));
    }
}
