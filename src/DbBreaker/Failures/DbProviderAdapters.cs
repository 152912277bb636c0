using System.Collections.Immutable;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace DbBreaker;

/// <summary>The adapters this process knows. Thread-safe.</summary>
public static class DbProviderAdapters
{
    private static ImmutableArray<DbProviderAdapter> _adapters = FindInstalled();

    /// <summary>Makes an adapter known. The latest one is asked first; the same type replaces itself.</summary>
    /// <param name="adapter">The adapter.</param>
    /// <exception cref="ArgumentNullException"><paramref name="adapter"/> is null.</exception>
    public static void Register(DbProviderAdapter adapter)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        ImmutableInterlocked.Update(
            ref _adapters,
            static (known, added) => known.RemoveAll(a => a.GetType() == added.GetType()).Insert(0, added),
            adapter);
    }

    /// <summary>The installed and registered adapters, the latest first.</summary>
    internal static ImmutableArray<DbProviderAdapter> Known => _adapters;

    /// <summary>The adapter of a connection's driver, or the provider-neutral one.</summary>
    internal static DbProviderAdapter For(DbConnection connection)
    {
        foreach (DbProviderAdapter adapter in _adapters)
        {
            if (adapter.Handles(connection)) return adapter;
        }

        return SqliteAdapter.Instance.Handles(connection) ? SqliteAdapter.Instance : NeutralAdapter.Instance;
    }

    // Constant assembly-qualified names: the trimmer keeps the types when their assemblies are part of the
    // application, and installing the package is all a user has to do.
    private static ImmutableArray<DbProviderAdapter> FindInstalled()
    {
        ImmutableArray<DbProviderAdapter>.Builder found = ImmutableArray.CreateBuilder<DbProviderAdapter>();
        Add(found, Type.GetType("DbBreaker.Npgsql.NpgsqlAdapter, DbBreaker.Npgsql", throwOnError: false));
        Add(found, Type.GetType("DbBreaker.SqlClient.SqlClientAdapter, DbBreaker.SqlClient", throwOnError: false));
        Add(found, Type.GetType(
            "DbBreaker.MySqlConnector.MySqlConnectorAdapter, DbBreaker.MySqlConnector", throwOnError: false));
        return found.ToImmutable();
    }

    private static void Add(
        ImmutableArray<DbProviderAdapter>.Builder found,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] Type? type)
    {
        if (type is not null) found.Add((DbProviderAdapter)Activator.CreateInstance(type)!);
    }
}
