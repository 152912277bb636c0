using System.Runtime.CompilerServices;
using Npgsql;

namespace DbBreaker.Npgsql;

/// <summary>
/// Three facts that Npgsql 10 keeps to itself: which data source a connection came from, with which settings, and
/// which hosts a data source for one kind of session shares. Without the first, a data source's pool cannot be cleared
/// through its connections; without the second, "a primary only" is lost. Each is null when a version lacks it.
/// </summary>
internal static class NpgsqlInternals
{
    public static NpgsqlDataSource? DataSourceOf(NpgsqlConnection connection)
    {
        try
        {
            return DataSourceField(connection);
        }
        catch (MissingMemberException)
        {
            return null;
        }
    }

    public static NpgsqlConnectionStringBuilder? SettingsOf(NpgsqlConnection connection)
    {
        try
        {
            return GetSettings(connection);
        }
        catch (MissingMemberException)
        {
            return null;
        }
    }

    public static NpgsqlMultiHostDataSource? MultiHostOf(NpgsqlDataSource dataSource)
    {
        if (dataSource is NpgsqlMultiHostDataSource multiHost) return multiHost;
        if (dataSource.GetType().Name != "MultiHostDataSourceWrapper") return null;
        try
        {
            return GetWrappedSource(dataSource);
        }
        catch (MissingMemberException)
        {
            return null;
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_dataSource")]
    private static extern ref NpgsqlDataSource? DataSourceField(NpgsqlConnection connection);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Settings")]
    private static extern NpgsqlConnectionStringBuilder GetSettings(NpgsqlConnection connection);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_WrappedSource")]
    private static extern NpgsqlMultiHostDataSource GetWrappedSource(
        [UnsafeAccessorType("Npgsql.MultiHostDataSourceWrapper, Npgsql")] object dataSource);
}
