using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace DbBreaker.EntityFrameworkCore;

/// <summary>
/// Carries what AddCircuitBreaker was told. The interceptor is scoped and reads it from its context's options, so that
/// contexts with different settings share one internal service provider of EF Core.
/// </summary>
internal sealed class CircuitBreakerOptionsExtension : IDbContextOptionsExtension
{
    private readonly ContextBinding _binding;

    public CircuitBreakerOptionsExtension()
        : this(ContextBinding.Default)
    {
    }

    private CircuitBreakerOptionsExtension(ContextBinding binding) => _binding = binding;

    public ContextBinding Binding => _binding;

    [field: AllowNull]
    public DbContextOptionsExtensionInfo Info => field ??= new ExtensionInfo(this);

    public CircuitBreakerOptionsExtension With(string? name, Action<DbGuardOptions>? configure)
    {
        ContextBinding binding = _binding.With(name, configure);
        return ReferenceEquals(binding, _binding) ? this : new CircuitBreakerOptionsExtension(binding);
    }

    public void ApplyServices(IServiceCollection services) =>
        services.AddScoped<IInterceptor>(static provider =>
        {
            IDbContextOptions options = provider.GetRequiredService<IDbContextOptions>();
            RejectSecondInterceptor(options);
            return new DbGuardInterceptor(options);
        }).AddSingleton<IInterceptor>(CompiledOptInInterceptor.Instance);

    public void Validate(IDbContextOptions options)
    {
        var core = options.FindExtension<CoreOptionsExtension>();
        if (core?.InternalServiceProvider is not null)
        {
            throw new InvalidOperationException(
                "AddCircuitBreaker has no effect together with UseInternalServiceProvider: EF Core then takes its " +
                "services from that provider only. Use AddInterceptors(new DbGuardInterceptor()) instead.");
        }

        RejectSecondInterceptor(options);
        if (!options.Extensions.OfType<RelationalOptionsExtension>().Any())
        {
            throw new InvalidOperationException(
                "AddCircuitBreaker needs a relational provider (UseNpgsql, UseSqlServer, UseMySql, UseSqlite); this " +
                "context has none. Leave the call out where the provider is not relational.");
        }

        RejectGuardedConnection(options);
    }

    /// <summary>EF Core validates once for all options that lead to the same services, and interceptors are not among
    /// what tells options apart: each context looks for itself.</summary>
    public static void RejectSecondInterceptor(IDbContextOptions options)
    {
        if (options.FindExtension<CoreOptionsExtension>()?.Interceptors is not { } interceptors) return;
        if (!interceptors.OfType<DbGuardInterceptor>().Any()) return;
        throw new InvalidOperationException(
            "The context has both AddCircuitBreaker and a DbGuardInterceptor in AddInterceptors; every operation " +
            "would be guarded twice. Remove one of them; AddCircuitBreaker is the usual one.");
    }

    /// <summary>Providers cast the connection to their own type, so EF Core needs the driver's.</summary>
    public static void RejectGuardedConnection(IDbContextOptions options)
    {
        foreach (IDbContextOptionsExtension extension in options.Extensions)
        {
            if (extension is RelationalOptionsExtension { Connection: { } connection })
            {
                ContextBinding.RejectGuarded(connection);
            }
        }
    }

    private sealed class ExtensionInfo(CircuitBreakerOptionsExtension extension)
        : DbContextOptionsExtensionInfo(extension)
    {
        private string? Name => ((CircuitBreakerOptionsExtension)Extension).Binding.Name;

        public override bool IsDatabaseProvider => false;

        public override string LogFragment =>
            Name is { } name ? $"using CircuitBreaker '{name}' " : "using CircuitBreaker ";

        public override int GetServiceProviderHashCode() => 0;

        public override bool ShouldUseSameServiceProvider(DbContextOptionsExtensionInfo other) =>
            other is ExtensionInfo;

        public override void PopulateDebugInfo(IDictionary<string, string> debugInfo) =>
            debugInfo["DbBreaker:Guard"] = Name ?? "by connection string";
    }
}
