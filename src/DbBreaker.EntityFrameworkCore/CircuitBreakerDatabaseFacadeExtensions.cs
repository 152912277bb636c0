using DbBreaker;
using DbBreaker.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.EntityFrameworkCore;

/// <summary>Finds the guard of a context.</summary>
public static class CircuitBreakerDatabaseFacadeExtensions
{
    /// <summary>Gets the guard of the context's database: its state, its numbers, its manual controls.</summary>
    /// <param name="database">The context's <see cref="DbContext.Database"/>.</param>
    /// <returns>The guard that the context's current connection string leads to.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="database"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The context has no circuit breaker.</exception>
    public static DbGuard GetGuard(this DatabaseFacade database)
    {
        ArgumentNullException.ThrowIfNull(database);
        IServiceProvider services = ((IInfrastructure<IServiceProvider>)database).Instance;
        IEnumerable<IInterceptor>? added = services.GetRequiredService<IDbContextOptions>()
            .FindExtension<CoreOptionsExtension>()?.Interceptors;
        DbGuardInterceptor interceptor =
            services.GetServices<IInterceptor>().Concat(added ?? []).OfType<DbGuardInterceptor>().FirstOrDefault()
            ?? throw new InvalidOperationException(
                "The context has no circuit breaker. Add one to its options: " +
                "options.UseNpgsql(...).AddCircuitBreaker().");
        return interceptor.GetGuard(database.GetDbConnection());
    }
}
