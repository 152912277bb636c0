using System.Data.Common;
using System.Runtime.CompilerServices;
using DbBreaker.Data;

namespace DbBreaker;

/// <summary>Puts a guard in front of a driver's objects. Safe for concurrent use.</summary>
public static class DbCircuitBreakerExtensions
{
    // A driver's factory is one object, and callers compare it with that of a connection.
    private static readonly ConditionalWeakTable<DbProviderFactory, GuardedDbProviderFactory> _factories = [];

    /// <summary>Guards every connection, command and batch of a data source. The result owns the data source.</summary>
    /// <param name="dataSource">The driver's data source.</param>
    /// <param name="configure">Sets options; they apply when this call is the first to meet the server.</param>
    /// <returns>The guarded data source; disposing it disposes <paramref name="dataSource"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="dataSource"/> is null.</exception>
    /// <exception cref="ArgumentException">The connection string or an option is not valid.</exception>
    /// <exception cref="InvalidOperationException">The data source is guarded already.</exception>
    public static GuardedDbDataSource WithCircuitBreaker(
        this DbDataSource dataSource, Action<DbGuardOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        return new GuardedDbDataSource(dataSource, Bind(null, configure));
    }

    /// <summary>Guards every connection, command and batch of a data source with the guard of a name.</summary>
    /// <param name="dataSource">The driver's data source.</param>
    /// <param name="name">The guard's name, for example from configuration.</param>
    /// <param name="configure">Sets options; they apply when this call is the first to use the name.</param>
    /// <returns>The guarded data source; disposing it disposes <paramref name="dataSource"/>.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The name, the connection string or an option is not valid.</exception>
    /// <exception cref="InvalidOperationException">The data source is guarded already.</exception>
    public static GuardedDbDataSource WithCircuitBreaker(
        this DbDataSource dataSource, string name, Action<DbGuardOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return new GuardedDbDataSource(dataSource, Bind(name, configure));
    }

    /// <summary>Guards a connection. A connection without a string finds its guard when it has one.</summary>
    /// <param name="connection">The driver's connection. If it is open, its next command takes the permit.</param>
    /// <param name="configure">Sets options; they apply when this call is the first to meet the server.</param>
    /// <returns>The guarded connection; disposing it disposes <paramref name="connection"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="connection"/> is null.</exception>
    /// <exception cref="ArgumentException">The connection string or an option is not valid.</exception>
    /// <exception cref="InvalidOperationException">The connection is guarded already.</exception>
    public static GuardedDbConnection WithCircuitBreaker(
        this DbConnection connection, Action<DbGuardOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return GuardedDbConnection.Create(connection, Bind(null, configure), guard: null);
    }

    /// <summary>Guards a connection with the guard of a name.</summary>
    /// <param name="connection">The driver's connection. If it is open, its next command takes the permit.</param>
    /// <param name="name">The guard's name, for example from configuration.</param>
    /// <param name="configure">Sets options; they apply when this call is the first to use the name.</param>
    /// <returns>The guarded connection; disposing it disposes <paramref name="connection"/>.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The name, the connection string or an option is not valid.</exception>
    /// <exception cref="InvalidOperationException">The connection is guarded already.</exception>
    public static GuardedDbConnection WithCircuitBreaker(
        this DbConnection connection, string name, Action<DbGuardOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return GuardedDbConnection.Create(connection, Bind(name, configure), guard: null);
    }

    /// <summary>Guards everything that a factory makes. Each connection string finds its own guard.</summary>
    /// <param name="factory">The driver's factory.</param>
    /// <param name="configure">Sets options of every guard that is met for the first time through it.</param>
    /// <returns>The guarded factory; without <paramref name="configure"/> the same one at each call.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="factory"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The factory is guarded already.</exception>
    public static GuardedDbProviderFactory WithCircuitBreaker(
        this DbProviderFactory factory, Action<DbGuardOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return configure is null
            ? _factories.GetValue(factory, static f => new GuardedDbProviderFactory(f, Bind(null, null)))
            : new GuardedDbProviderFactory(factory, Bind(null, configure));
    }

    /// <summary>Guards everything that a factory makes with the guard of a name.</summary>
    /// <param name="factory">The driver's factory.</param>
    /// <param name="name">The guard's name, for example from configuration.</param>
    /// <param name="configure">Sets options; they apply when this call is the first to use the name.</param>
    /// <returns>The guarded factory.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The name is empty or white space.</exception>
    /// <exception cref="InvalidOperationException">The factory is guarded already.</exception>
    public static GuardedDbProviderFactory WithCircuitBreaker(
        this DbProviderFactory factory, string name, Action<DbGuardOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(factory);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return new GuardedDbProviderFactory(factory, Bind(name, configure));
    }

    private static GuardBinding Bind(string? name, Action<DbGuardOptions>? configure) =>
        new(DbGuardRegistry.Shared, name, configure);
}
