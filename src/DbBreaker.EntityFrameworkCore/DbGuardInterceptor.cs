using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace DbBreaker.EntityFrameworkCore;

/// <summary>
/// What <c>AddCircuitBreaker</c> registers, for contexts that it cannot reach: those with
/// <c>UseInternalServiceProvider</c> hand one instance to <c>AddInterceptors</c>. One instance may serve any number of
/// contexts and threads; the guards live in <see cref="DbGuardRegistry.Shared"/>.
/// </summary>
public sealed partial class DbGuardInterceptor
    : IDbConnectionInterceptor, IDbCommandInterceptor, IDbTransactionInterceptor, ISaveChangesInterceptor
{
    // One per connection object, however many contexts share it: pooled contexts keep their connection, and a second
    // subscription to its state would count everything twice.
    private static readonly ConditionalWeakTable<DbConnection, TrackedConnection> Connections = [];

    private readonly ContextBinding _binding;
    private readonly IServiceProvider? _services;
    private TrackedConnection? _last;

    /// <summary>Guards by connection string, with the default settings.</summary>
    public DbGuardInterceptor()
        : this(ContextBinding.Default, null)
    {
    }

    /// <summary>Guards by connection string.</summary>
    /// <param name="configure">Sets the guard's options. Called when the guard is made.</param>
    /// <exception cref="ArgumentNullException"><paramref name="configure"/> is null.</exception>
    public DbGuardInterceptor(Action<DbGuardOptions> configure)
        : this(ContextBinding.Default.With(null, ThrowIfNull(configure)), null)
    {
    }

    /// <summary>Guards under a name that several connection strings may share.</summary>
    /// <param name="name">The guard's name; not empty.</param>
    /// <param name="configure">Sets the guard's options, or null. Called when the guard is made.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is null, empty or white space.</exception>
    public DbGuardInterceptor(string name, Action<DbGuardOptions>? configure = null)
        : this(ContextBinding.Default.With(ThrowIfEmpty(name), configure), null)
    {
    }

    internal DbGuardInterceptor(IDbContextOptions options)
        : this(
            options.FindExtension<CircuitBreakerOptionsExtension>()?.Binding ?? ContextBinding.Default,
            options.FindExtension<CoreOptionsExtension>()?.ApplicationServiceProvider)
    {
    }

    private DbGuardInterceptor(ContextBinding binding, IServiceProvider? services)
    {
        _binding = binding;
        _services = services;
    }

    internal DbGuard GetGuard(DbConnection connection)
    {
        TrackedConnection tracked = Track(connection);
        tracked.Rebind(_binding, _services);
        return tracked.Session.Guard;
    }

    private TrackedConnection Track(DbConnection connection)
    {
        TrackedConnection? last = _last;
        return last is not null && ReferenceEquals(last.Connection, connection) ? last : Find(connection);
    }

    private TrackedConnection Find(DbConnection connection)
    {
        TrackedConnection? tracked;
        while (!Connections.TryGetValue(connection, out tracked))
        {
            var created = new TrackedConnection(connection, _binding, _services);
            if (Connections.TryAdd(connection, created))
            {
                tracked = created;
                break;
            }

            created.Session.Detach();
        }

        return _last = tracked;
    }

    private TrackedConnection TrackForOpen(DbConnection connection)
    {
        TrackedConnection tracked = Track(connection);
        tracked.Rebind(_binding, _services);
        return tracked;
    }

    // Asking for the ambient transaction has its price; while the circuit is closed everything passes anyway.
    private static bool IsEnlisted(DbGuard guard, DbContext? context) =>
        guard.State != CircuitState.Closed
        && (Transaction.Current is not null || context?.Database.GetEnlistedTransaction() is not null);

    private static Action<DbGuardOptions> ThrowIfNull(Action<DbGuardOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return configure;
    }

    private static string ThrowIfEmpty(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return name;
    }
}
