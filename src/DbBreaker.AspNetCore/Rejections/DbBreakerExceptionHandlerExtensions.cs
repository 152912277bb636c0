using DbBreaker.AspNetCore.Rejections;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Turns rejections into answers.</summary>
public static class DbBreakerExceptionHandlerExtensions
{
    /// <summary>
    /// Answers a rejected call, also one wrapped by EF Core, with 503, Retry-After and problem details. It runs where
    /// the application calls <c>UseExceptionHandler()</c>.
    /// </summary>
    /// <param name="services">The container.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is null.</exception>
    public static IServiceCollection AddDbBreakerExceptionHandler(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddProblemDetails().AddExceptionHandler<DbGuardExceptionHandler>();
    }
}
