using System.Data.Common;
using DbBreaker.Data;

namespace DbBreaker;

/// <summary>
/// A driver's factory behind a guard: connections, commands, batches and data sources that it makes are guarded;
/// parameters, batch commands and string builders are the driver's own. Each connection string finds its own guard
/// unless one was named. Safe for concurrent use.
/// </summary>
/// <remarks>
/// To register it by name: <c>DbProviderFactories.RegisterFactory("orders", factory)</c> with this very object.
/// </remarks>
public sealed class GuardedDbProviderFactory : DbProviderFactory
{
    private readonly GuardBinding _binding;

    internal GuardedDbProviderFactory(DbProviderFactory inner, GuardBinding binding)
    {
        GuardBinding.RefuseGuarded(inner);
        Inner = inner;
        _binding = binding;
        binding.Factory = this;
    }

    /// <summary>Gets the driver's factory. What it makes is not guarded.</summary>
    public DbProviderFactory Inner { get; }

    /// <inheritdoc/>
    public override bool CanCreateBatch => Inner.CanCreateBatch;

    /// <inheritdoc/>
    public override bool CanCreateCommandBuilder => Inner.CanCreateCommandBuilder;

    /// <inheritdoc/>
    public override bool CanCreateDataAdapter => Inner.CanCreateDataAdapter;

    /// <inheritdoc/>
    public override bool CanCreateDataSourceEnumerator => Inner.CanCreateDataSourceEnumerator;

    /// <inheritdoc/>
    public override DbBatch CreateBatch() => new GuardedDbBatch(Inner.CreateBatch(), connection: null);

    /// <inheritdoc/>
    public override DbBatchCommand CreateBatchCommand() => Inner.CreateBatchCommand();

    /// <inheritdoc/>
    public override DbCommand? CreateCommand() =>
        Inner.CreateCommand() is { } command ? new GuardedDbCommand(command, connection: null) : null;

    /// <summary>Creates a command builder that takes guarded commands and this factory's adapter, and otherwise does as
    /// the driver's.</summary>
    /// <returns>The builder, or null when the driver has none.</returns>
    public override DbCommandBuilder? CreateCommandBuilder() =>
        Inner.CreateCommandBuilder() is { } builder ? new GuardedDbCommandBuilder(builder) : null;

    /// <inheritdoc/>
    public override DbConnection? CreateConnection() =>
        Inner.CreateConnection() is { } connection
            ? GuardedDbConnection.Create(connection, _binding, guard: null)
            : null;

    /// <inheritdoc/>
    public override DbConnectionStringBuilder? CreateConnectionStringBuilder() =>
        Inner.CreateConnectionStringBuilder();

    /// <summary>Creates a data adapter that takes guarded commands; it sends one row at a time.</summary>
    /// <returns>The adapter, or null when the driver has none.</returns>
    public override DbDataAdapter? CreateDataAdapter()
    {
        if (Inner.CreateDataAdapter() is not { } adapter) return null;
        adapter.Dispose();
        return new GuardedDbDataAdapter();
    }

    /// <inheritdoc/>
    public override DbDataSource CreateDataSource(string connectionString) =>
        new GuardedDbDataSource(Inner.CreateDataSource(connectionString), _binding);

    /// <inheritdoc/>
    public override DbDataSourceEnumerator? CreateDataSourceEnumerator() => Inner.CreateDataSourceEnumerator();

    /// <inheritdoc/>
    public override DbParameter? CreateParameter() => Inner.CreateParameter();
}
