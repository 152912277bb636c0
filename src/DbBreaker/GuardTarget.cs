using System.Data.Common;

namespace DbBreaker;

/// <summary>The database behind a guard: enough to ask it and to clear its pool, and nothing that is in use.</summary>
internal sealed class GuardTarget
{
    private readonly DbDataSource? _dataSource;

    private GuardTarget(DbProviderAdapter adapter, DbEndpoint endpoint, DbConnection prototype, DbDataSource? dataSource)
    {
        Adapter = adapter;
        Endpoint = endpoint;
        Prototype = prototype;
        _dataSource = dataSource;
    }

    public DbProviderAdapter Adapter { get; }

    public DbEndpoint Endpoint { get; }

    /// <summary>A connection of the same string that nobody opens; probes are made from it.</summary>
    public DbConnection Prototype { get; }

    public static GuardTarget Create(DbConnection connection, DbDataSource? dataSource)
    {
        DbProviderAdapter adapter = DbProviderAdapters.For(connection);
        DbEndpoint endpoint = adapter.GetEndpoint(connection);
        // The caller's own connection is the caller's: it will be opened, lose its password and be disposed.
        DbConnection prototype = dataSource?.CreateConnection()
            ?? (connection is ICloneable cloneable ? (DbConnection)cloneable.Clone() : connection);
        return new GuardTarget(adapter, endpoint, prototype, dataSource);
    }

    public void ClearPool()
    {
        if (_dataSource is null || !Adapter.ClearPool(_dataSource)) Adapter.ClearPool(Prototype);
    }
}
