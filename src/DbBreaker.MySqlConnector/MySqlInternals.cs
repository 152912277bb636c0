using System.Runtime.CompilerServices;
using MySqlConnector;

namespace DbBreaker.MySqlConnector;

/// <summary>
/// What MySqlConnector 2 keeps to itself: which data source a connection came from, that data source's pool, and the
/// callback that a copied connection would run. Without them the pool of a data source cannot be cleared at all. Each
/// does nothing when a version lacks it.
/// </summary>
internal static class MySqlInternals
{
    public static MySqlDataSource? DataSourceOf(MySqlConnection connection)
    {
        try
        {
            return GetDataSource(connection);
        }
        catch (MissingMemberException)
        {
            return null;
        }
    }

    /// <summary>
    /// Makes every session of the pool one of an earlier generation, as clearing a pool does: an idle one is discarded
    /// when it is its turn, a busy one when it is returned.
    /// </summary>
    public static bool TryClear(MySqlDataSource dataSource)
    {
        try
        {
            if (GetPool(dataSource) is { } pool) Interlocked.Increment(ref Generation(pool));
            return true;
        }
        catch (Exception e) when (e is MissingMemberException or TypeLoadException)
        {
            return false;
        }
    }

    /// <summary>The application's set-up of a session is not the probe's business, and must not make it fail.</summary>
    public static void ForgetOpenedCallback(MySqlConnection connection)
    {
        try
        {
            SetOpenedCallback(connection, null);
        }
        catch (MissingMemberException)
        {
            // The probe then sets its session up like any other connection.
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_MySqlDataSource")]
    private static extern MySqlDataSource? GetDataSource(MySqlConnection connection);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_ConnectionOpenedCallback")]
    private static extern void SetOpenedCallback(MySqlConnection connection, MySqlConnectionOpenedCallback? callback);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Pool")]
    [return: UnsafeAccessorType("MySqlConnector.Core.ConnectionPool, MySqlConnector")]
    private static extern object? GetPool(MySqlDataSource dataSource);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "m_generation")]
    private static extern ref int Generation(
        [UnsafeAccessorType("MySqlConnector.Core.ConnectionPool, MySqlConnector")] object pool);
}
