using System.Data.Common;
using DbBreaker.Data;

namespace DbBreaker;

/// <summary>
/// A driver's data source behind a guard: every connection, command and batch of it is guarded. It owns the driver's
/// data source and disposes it. Safe for concurrent use.
/// </summary>
public sealed class GuardedDbDataSource : DbDataSource
{
    private readonly GuardBinding _binding;
    private readonly NamedConnection.Kind _kind; // A data source has one driver.

    internal GuardedDbDataSource(DbDataSource inner, GuardBinding binding)
    {
        GuardBinding.RefuseGuarded(inner);
        Inner = inner;
        _binding = binding;

        // Never opened, so it holds nothing; the guard may keep it to make probe connections from.
        DbConnection connection = inner.CreateConnection();
        GuardBinding.RefuseGuarded(connection);
        _kind = NamedConnection.KindOf(connection);
        Guard = binding.TryResolve(connection, inner) ?? throw new ArgumentException(
            $"The {inner.GetType().Name} has no connection string, so there is no server to guard.");
    }

    /// <summary>Gets the driver's data source. Its connections are not guarded.</summary>
    public DbDataSource Inner { get; }

    /// <summary>Gets the guard of all connections of this data source.</summary>
    public DbGuard Guard { get; }

    /// <inheritdoc/>
    public override string ConnectionString => Inner.ConnectionString;

    /// <inheritdoc/>
    protected override DbConnection CreateDbConnection() =>
        GuardedDbConnection.Create(_kind, Inner.CreateConnection(), _binding, Guard);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) Inner.Dispose();
        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    protected override ValueTask DisposeAsyncCore() => Inner.DisposeAsync();
}
