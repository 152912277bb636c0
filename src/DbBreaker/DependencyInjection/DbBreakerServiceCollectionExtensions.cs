using DbBreaker;
using DbBreaker.DependencyInjection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Brings configuration, code and logging to the guards of an application.</summary>
/// <remarks>
/// The guards are those of <see cref="DbGuardRegistry.Shared"/>, which <c>AddCircuitBreaker</c> and
/// <c>WithCircuitBreaker</c> use, unless a <see cref="DbGuardRegistry"/> was added to the container before. Everything
/// is checked and applied when the host starts, or when the registry is first taken from the container. Where two
/// places speak of one option, the later wins: the <c>Defaults</c> section, code, the guard's own section.
/// </remarks>
public static class DbBreakerServiceCollectionExtensions
{
    /// <summary>Lets the guards of the application log, and makes their registry a service.</summary>
    /// <param name="services">The container.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is null.</exception>
    public static IServiceCollection AddDbBreaker(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.Any(static s => s.ServiceType == typeof(GuardActivation))) return services;
        bool hasOwn = services.Any(static s => s.ServiceType == typeof(DbGuardRegistry));
        services.AddSingleton(provider => new GuardActivation(
            hasOwn ? provider.GetRequiredService<DbGuardRegistry>() : DbGuardRegistry.Shared,
            provider.GetServices<GuardSection>(),
            provider.GetServices<GuardCode>(),
            provider.GetService<ILoggerFactory>(),
            provider));
        if (!hasOwn) services.AddSingleton(static provider => provider.GetRequiredService<GuardActivation>().Registry);
        // The host validates options before anything else starts: guards are configured before anybody uses one.
        services.AddOptions<GuardStart>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<GuardStart>, GuardStartValidation>());
        return services;
    }

    /// <summary>Reads guards from configuration: <c>Defaults</c> for all, <c>Guards:{name}</c> for each, and again
    /// whenever it changes. A change that is not valid is refused as a whole and logged.</summary>
    /// <param name="services">The container.</param>
    /// <param name="section">The section, for example <c>DbBreaker</c>.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static IServiceCollection AddDbBreaker(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return services.AddDbBreaker().AddSingleton(new GuardSection(section));
    }

    /// <summary>Sets options of the guard of a name. Its own section in configuration, if any, wins.</summary>
    /// <param name="services">The container.</param>
    /// <param name="name">The guard's name.</param>
    /// <param name="configure">Sets its options.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    public static IServiceCollection AddDbBreaker(
        this IServiceCollection services, string name, Action<DbGuardOptions> configure)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddDbBreaker().AddSingleton(new GuardCode(name, configure));
    }
}
