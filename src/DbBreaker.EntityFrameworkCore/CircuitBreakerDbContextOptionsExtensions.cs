using DbBreaker;
using DbBreaker.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Microsoft.EntityFrameworkCore;

/// <summary>Guards the database of a context with a circuit breaker and a pool guard.</summary>
/// <remarks>
/// Calling <c>AddCircuitBreaker</c> again adds nothing twice: a later call keeps the name when it gives none, and its
/// settings are applied after those of the earlier calls. Two different names are an error.
/// The guard itself lives in <see cref="DbGuardRegistry"/>, the container's when it has one, and is shared by every
/// context that leads to the same database.
/// </remarks>
public static class CircuitBreakerDbContextOptionsExtensions
{
    /// <summary>Guards the context's database: one guard per connection string, with the default settings.</summary>
    /// <param name="optionsBuilder">The options of a context with a relational provider.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="optionsBuilder"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The context was given a guarded connection.</exception>
    public static DbContextOptionsBuilder AddCircuitBreaker(this DbContextOptionsBuilder optionsBuilder) =>
        Add(optionsBuilder, null, null);

    /// <summary>Guards the context's database: one guard per connection string.</summary>
    /// <param name="optionsBuilder">The options of a context with a relational provider.</param>
    /// <param name="configure">Sets the guard's options. Called when the guard is made.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="InvalidOperationException">The context was given a guarded connection.</exception>
    public static DbContextOptionsBuilder AddCircuitBreaker(
        this DbContextOptionsBuilder optionsBuilder, Action<DbGuardOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return Add(optionsBuilder, null, configure);
    }

    /// <summary>Guards the context's database with a named guard: the one of the configuration, when it has one.
    /// Several connection strings may share a name, and then share the guard.</summary>
    /// <param name="optionsBuilder">The options of a context with a relational provider.</param>
    /// <param name="name">The guard's name; not empty.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is null, empty or white space.</exception>
    /// <exception cref="InvalidOperationException">The context was given a guarded connection, or another name.
    /// </exception>
    public static DbContextOptionsBuilder AddCircuitBreaker(this DbContextOptionsBuilder optionsBuilder, string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return Add(optionsBuilder, name, null);
    }

    /// <summary>Guards the context's database with a named guard and its settings.</summary>
    /// <param name="optionsBuilder">The options of a context with a relational provider.</param>
    /// <param name="name">The guard's name; not empty.</param>
    /// <param name="configure">Sets the guard's options. Called when the guard is made.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is null, empty or white space.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="configure"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The context was given a guarded connection, or another name.
    /// </exception>
    public static DbContextOptionsBuilder AddCircuitBreaker(
        this DbContextOptionsBuilder optionsBuilder, string name, Action<DbGuardOptions> configure)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(configure);
        return Add(optionsBuilder, name, configure);
    }

    /// <inheritdoc cref="AddCircuitBreaker(DbContextOptionsBuilder)"/>
    /// <typeparam name="TContext">The context.</typeparam>
    public static DbContextOptionsBuilder<TContext> AddCircuitBreaker<TContext>(
        this DbContextOptionsBuilder<TContext> optionsBuilder)
        where TContext : DbContext =>
        (DbContextOptionsBuilder<TContext>)AddCircuitBreaker((DbContextOptionsBuilder)optionsBuilder);

    /// <inheritdoc cref="AddCircuitBreaker(DbContextOptionsBuilder, Action{DbGuardOptions})"/>
    /// <typeparam name="TContext">The context.</typeparam>
    public static DbContextOptionsBuilder<TContext> AddCircuitBreaker<TContext>(
        this DbContextOptionsBuilder<TContext> optionsBuilder, Action<DbGuardOptions> configure)
        where TContext : DbContext =>
        (DbContextOptionsBuilder<TContext>)AddCircuitBreaker((DbContextOptionsBuilder)optionsBuilder, configure);

    /// <inheritdoc cref="AddCircuitBreaker(DbContextOptionsBuilder, string)"/>
    /// <typeparam name="TContext">The context.</typeparam>
    public static DbContextOptionsBuilder<TContext> AddCircuitBreaker<TContext>(
        this DbContextOptionsBuilder<TContext> optionsBuilder, string name)
        where TContext : DbContext =>
        (DbContextOptionsBuilder<TContext>)AddCircuitBreaker((DbContextOptionsBuilder)optionsBuilder, name);

    /// <inheritdoc cref="AddCircuitBreaker(DbContextOptionsBuilder, string, Action{DbGuardOptions})"/>
    /// <typeparam name="TContext">The context.</typeparam>
    public static DbContextOptionsBuilder<TContext> AddCircuitBreaker<TContext>(
        this DbContextOptionsBuilder<TContext> optionsBuilder, string name, Action<DbGuardOptions> configure)
        where TContext : DbContext =>
        (DbContextOptionsBuilder<TContext>)AddCircuitBreaker((DbContextOptionsBuilder)optionsBuilder, name, configure);

    private static DbContextOptionsBuilder Add(
        DbContextOptionsBuilder optionsBuilder, string? name, Action<DbGuardOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(optionsBuilder);
        CircuitBreakerOptionsExtension extension =
            (optionsBuilder.Options.FindExtension<CircuitBreakerOptionsExtension>() ?? new()).With(name, configure);
        ((IDbContextOptionsBuilderInfrastructure)optionsBuilder).AddOrUpdateExtension(extension);
        CircuitBreakerOptionsExtension.RejectGuardedConnection(optionsBuilder.Options);
        return optionsBuilder;
    }
}
