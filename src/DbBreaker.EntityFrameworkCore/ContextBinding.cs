using System.Data.Common;
using DbBreaker.Data;

namespace DbBreaker.EntityFrameworkCore;

/// <summary>How the guard of a context is found: by a name or by where its connection leads.</summary>
internal sealed class ContextBinding
{
    public static readonly ContextBinding Default = new(null, null);

    // Options are built again for every scope of an application; the same settings are looked at once.
    private static volatile Action<DbGuardOptions>? _latestValid;

    private readonly Action<DbGuardOptions>? _configure;

    private ContextBinding(string? name, Action<DbGuardOptions>? configure)
    {
        Name = name;
        _configure = configure;
    }

    public string? Name { get; }

    public ContextBinding With(string? name, Action<DbGuardOptions>? configure)
    {
        if (name is not null && Name is not null && name != Name)
        {
            throw new InvalidOperationException(
                $"The context's guard has two names, '{Name}' and '{name}'. A context has one guard; " +
                "call AddCircuitBreaker with one name.");
        }

        if (configure is not null) Validate(configure);
        // The same delegate again would only repeat itself.
        bool adds = configure is not null && configure != _configure;
        Action<DbGuardOptions>? all = adds ? _configure + configure : _configure;
        return (name is null || name == Name) && all == _configure ? this : new ContextBinding(name ?? Name, all);
    }

    public DbGuard Find(DbConnection connection, IServiceProvider? services)
    {
        RejectGuarded(connection);
        var registry = services?.GetService(typeof(DbGuardRegistry)) as DbGuardRegistry ?? DbGuardRegistry.Shared;
        DbGuard guard = registry.For(connection, Name, _configure);
        if (services is not null && guard.SeeksCache && registry.FoundCache is null) registry.FindCache(services);
        // Made now, so that what is wrong with it shows now and not in the outage.
        _ = guard.Fallbacks;
        return guard;
    }

    private static void Validate(Action<DbGuardOptions> configure)
    {
        if (configure.Equals(_latestValid)) return;

        var options = new DbGuardOptions();
        configure(options);
        DbGuardOptionsValidator.Validate(options);
        _latestValid = configure;
    }

    public static void RejectGuarded(DbConnection connection)
    {
        if (Layers.Guarded(connection) is null) return;

        throw new InvalidOperationException(
            $"The context was given a {connection.GetType().Name} that is guarded already. EF Core's providers " +
            "cast connections and data sources to the driver's own types: give the context the driver's connection, " +
            "data source or connection string, and guard it with AddCircuitBreaker.");
    }
}
