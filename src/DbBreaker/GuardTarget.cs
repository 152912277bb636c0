using System.Collections.Immutable;
using System.Data.Common;

namespace DbBreaker;

/// <summary>The database behind a guard: enough to ask it and to clear its pool, and nothing that is in use.</summary>
internal sealed class GuardTarget
{
    /// <summary>More pools than one application keeps for one database.</summary>
    private const int MaxPools = 16;

    private readonly DbDataSource? _dataSource;
    private ImmutableList<GuardTarget> _otherPools = [];

    private GuardTarget(
        DbProviderAdapter adapter, DbEndpoint endpoint, DbConnection prototype, DbDataSource? dataSource)
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
        DbConnection prototype = dataSource is not null ? Wrappers.DriverOf(dataSource.CreateConnection())
            : connection is ICloneable cloneable ? (DbConnection)cloneable.Clone()
            : connection;
        return new GuardTarget(adapter, endpoint, prototype, dataSource);
    }

    /// <summary>Another way to the same database, with a pool of its own: a data source beside a connection string, or
    /// a string that a framework rewrote.</summary>
    public void Add(GuardTarget other) => ImmutableInterlocked.Update(
        ref _otherPools, static (known, added) => known.Count < MaxPools ? known.Add(added) : known, other);

    /// <summary>Clears every pool that leads to the database.</summary>
    public void ClearPool()
    {
        if (_dataSource is null || !Adapter.ClearPool(_dataSource)) Adapter.ClearPool(Prototype);
        foreach (GuardTarget other in _otherPools) other.ClearPool();
    }
}
