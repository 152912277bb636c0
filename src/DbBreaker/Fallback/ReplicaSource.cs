using System.Data.Common;
using DbBreaker.Data;

namespace DbBreaker.Fallback;

/// <summary>Makes connections to one replica, with sessions that are read-only where a connection string can say so.
/// Safe for concurrent use.</summary>
internal sealed class ReplicaSource
{
    private readonly GuardBinding _binding;
    private readonly Func<DbConnection> _create;

    private ReplicaSource(GuardBinding binding, Func<DbConnection> create, bool isReadOnly)
    {
        _binding = binding;
        _create = create;
        IsReadOnly = isReadOnly;
    }

    /// <summary>Whether the connection string makes sessions read-only, so that nothing has to be sent for
    /// it.</summary>
    public bool IsReadOnly { get; }

    /// <exception cref="ArgumentException">The replica cannot be one of this primary; the message says why.</exception>
    public static ReplicaSource Create(ReplicaSetting setting, GuardTarget primary, DbGuardRegistry registry)
    {
        var binding = new GuardBinding(registry, null, setting.Configure) { IsStandIn = true };
        if (setting.DataSource is { } dataSource)
        {
            ReplicaCheck.Connection(dataSource.CreateConnection(), primary);
            return new ReplicaSource(binding, dataSource.CreateConnection, isReadOnly: false);
        }

        DbConnection given = ReplicaCheck.Read(setting.ConnectionString!, primary);
        ReplicaCheck.Connection(given, primary);
        string? readOnly = primary.Adapter.MakeReadOnly(setting.ConnectionString!);
        string text = readOnly ?? setting.ConnectionString!;
        DbConnection prototype = primary.Prototype;
        return new ReplicaSource(
            binding, () => ConnectionStrings.CreateConnection(prototype, text), isReadOnly: readOnly is not null);
    }

    /// <summary>The replica's own guard.</summary>
    public DbGuard FindGuard(DbDataSource? dataSource) => _binding.TryResolve(_create(), dataSource)!;

    public GuardedDbConnection CreateConnection(DbGuard guard) =>
        GuardedDbConnection.Create(_create(), _binding, guard);
}
