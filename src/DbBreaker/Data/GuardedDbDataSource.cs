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
    protected override DbConnection CreateDbConnection() => Create();

    /// <inheritdoc/>
    /// <remarks>As the base class does it, but without a state machine when the pool has a connection.</remarks>
    protected override ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default)
    {
        GuardedDbConnection connection = Create();
        Task opening;
        try
        {
            opening = connection.OpenAsync(cancellationToken);
        }
        catch (Exception exception)
        {
            // A driver that throws before it returns a task: the caller sees it where it awaits, like any other.
            opening = Task.FromException(exception);
        }

        return opening.IsCompletedSuccessfully
            ? new ValueTask<DbConnection>(connection)
            : WaitAsync(connection, opening);

        static async ValueTask<DbConnection> WaitAsync(GuardedDbConnection connection, Task opening)
        {
            try
            {
                await opening.ConfigureAwait(false);
                return connection;
            }
            catch
            {
                await connection.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) Inner.Dispose();
        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    protected override ValueTask DisposeAsyncCore() => Inner.DisposeAsync();

    private GuardedDbConnection Create() =>
        GuardedDbConnection.Create(_kind, Inner.CreateConnection(), _binding, Guard);
}
