using System.Data.Common;

namespace DbBreaker.Data;

/// <summary>
/// How wrappers find their guard: shared by everything that one <c>WithCircuitBreaker</c> call gave rise to, so that
/// a connection whose string changes finds the guard of its new server. Safe for concurrent use.
/// </summary>
internal sealed class GuardBinding(DbGuardRegistry registry, string? name, Action<DbGuardOptions>? configure)
{
    /// <summary>The guard of a connection, or null while it has no string: there is no server to guard yet.</summary>
    public DbGuard? TryResolve(DbConnection connection, DbDataSource? source = null) =>
        string.IsNullOrEmpty(connection.ConnectionString)
            ? null
            : registry.For(connection, name, configure, source);

    /// <summary>The factory that connections name as theirs. Made on demand; a race makes two equal ones.</summary>
    public GuardedDbProviderFactory? Factory { get; set; }

    public DbProviderFactory? FactoryOf(DbConnection connection) =>
        Factory ?? (DbProviderFactories.GetFactory(connection) is { } inner
            ? new GuardedDbProviderFactory(inner, this)
            : null);

    /// <exception cref="InvalidOperationException">What would be guarded is guarded already.</exception>
    public static void RefuseGuarded(object inner)
    {
        string? guard = inner switch
        {
            GuardedDbConnection connection => connection.GuardName,
            GuardedDbDataSource source => source.Guard.Name,
            GuardedDbProviderFactory => "its own",
            _ => null,
        };
        if (guard is null) return;
        throw new InvalidOperationException(
            $"This {inner.GetType().BaseType!.Name} is guarded already (guard: {guard}). " +
            "Two guards would take two permits for one connection; call WithCircuitBreaker once.");
    }
}
