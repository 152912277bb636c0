using System.Data.Common;

namespace DbBreaker.Data;

/// <summary>
/// How wrappers find their guard: shared by everything that one <c>WithCircuitBreaker</c> call gave rise to, so that
/// a connection whose string changes finds the guard of its new server. Safe for concurrent use.
/// </summary>
internal sealed class GuardBinding(DbGuardRegistry registry, string? name, Action<DbGuardOptions>? configure)
{
    /// <summary>Whether what it guards answers for another database: it has no fallback of its own.</summary>
    public bool IsStandIn { get; init; }

    /// <summary>The guard of a connection, or null while it has no string: there is no server to guard yet.</summary>
    public DbGuard? TryResolve(DbConnection connection, DbDataSource? source = null)
    {
        if (string.IsNullOrEmpty(connection.ConnectionString)) return null;
        DbGuard guard = registry.For(connection, name, configure, source);
        // Made now, so that what is wrong with it shows now and not in the outage. Two databases may stand in for each
        // other, so a stand-in's own fallback is left alone.
        if (!IsStandIn) _ = guard.Fallbacks;
        return guard;
    }

    /// <summary>The factory that connections name as theirs. Made on demand; a race makes two equal ones.</summary>
    public GuardedDbProviderFactory? Factory { get; set; }

    public DbProviderFactory? FactoryOf(DbConnection connection) =>
        Factory ?? (DbProviderFactories.GetFactory(connection) is { } inner
            ? new GuardedDbProviderFactory(inner, this)
            : null);

    /// <exception cref="InvalidOperationException">What would be guarded is guarded already.</exception>
    public static void RefuseGuarded(object inner)
    {
        string? guard = Layers.Guarded(inner) switch
        {
            GuardedDbConnection connection => connection.GuardName,
            GuardedDbDataSource source => source.Guard.Name,
            GuardedDbProviderFactory => "its own",
            _ => null,
        };
        if (guard is null) return;
        throw new InvalidOperationException(
            $"This {NameOf(inner)} is guarded already (guard: {guard}). " +
            "Two guards would take two permits for one connection; call WithCircuitBreaker once.");
    }

    private static string NameOf(object inner) => inner switch
    {
        DbConnection => nameof(DbConnection),
        DbDataSource => nameof(DbDataSource),
        _ => nameof(DbProviderFactory),
    };
}
