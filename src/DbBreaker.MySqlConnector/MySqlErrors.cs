using System.Collections.Frozen;

namespace DbBreaker.MySqlConnector;

/// <summary>
/// The server's error numbers that are not an ordinary answer, with their documented meaning: the MySQL "Server Error
/// Message Reference" and MariaDB's "Error Codes". Both servers share the numbers up to 1880.
/// </summary>
internal static class MySqlErrors
{
    private static readonly FrozenDictionary<int, DbFailureKind> _kinds = Build();

    /// <summary>What a number means, or null for one that is an ordinary answer.</summary>
    public static DbFailureKind? KindOf(int number) =>
        _kinds.TryGetValue(number, out DbFailureKind kind) ? kind : null;

    /// <summary>
    /// Whether writes are refused because the server is a replica, or has been made read-only for a failover: the
    /// pool's connections work and lead to the wrong server.
    /// </summary>
    public static bool IsReadOnly(int number) => number is
        1290 or // The server is running with the --read-only (or another) option.
        1792 or // Cannot execute statement in a READ ONLY transaction.
        1836;   // Running in read-only mode.

    private static FrozenDictionary<int, DbFailureKind> Build()
    {
        Dictionary<int, DbFailureKind> kinds = [];
        Add(kinds, DbFailureKind.Unavailable, Unavailable);
        Add(kinds, DbFailureKind.Saturated, Saturated);
        Add(kinds, DbFailureKind.Contention, Contention);
        return kinds.ToFrozenDictionary();
    }

    private static void Add(Dictionary<int, DbFailureKind> kinds, DbFailureKind kind, ReadOnlySpan<int> numbers)
    {
        foreach (int number in numbers) kinds.Add(number, kind);
    }

    private static ReadOnlySpan<int> Unavailable =>
    [
        1043,   // Bad handshake: what listens there is no server, or one that went away.
        1047,   // Unknown command; on a Galera node: not yet prepared for application use.
        1053,   // Server shutdown in progress.
        1077,   // Normal shutdown.
        1079,   // Shutdown complete.
        1080,   // Forcing close of the thread.
        1152,   // Aborted connection.
        1158,   // Got an error reading communication packets.
        1159,   // Got a timeout reading communication packets.
        1160,   // Got an error writing communication packets.
        1161,   // Got a timeout writing communication packets.
        1184,   // Aborted connection.
        1927,   // MariaDB: connection was killed.
        2002,   // Can't connect through the socket; the client library's number, sent on by proxies.
        2003,   // Can't connect to the server.
        2006,   // The server has gone away.
        2013,   // Lost connection during query.
        2055,   // Lost connection, with the system's error.
        3032,   // The server is in offline mode.
        3169,   // MySQL: the session was killed.
        9001,   // ProxySQL: max connect timeout reached while reaching a host group.
    ];

    private static ReadOnlySpan<int> Saturated =>
    [
        1021,   // Disk full.
        1037,   // Out of memory.
        1038,   // Out of sort memory.
        1040,   // Too many connections.
        1041,   // Out of resources.
        1114,   // The table is full.
        1135,   // Can't create a new thread.
        1203,   // The user has more than max_user_connections active connections.
        1206,   // The total number of locks exceeds the lock table's size.
        1226,   // The user has exceeded a resource limit.
        1461,   // Can't create more than max_prepared_stmt_count statements.
    ];

    private static ReadOnlySpan<int> Contention =>
    [
        1020,   // The record has changed since it was read (snapshot isolation).
        1205,   // Lock wait timeout exceeded.
        1213,   // Deadlock found when trying to get a lock.
        1412,   // The table definition has changed, retry the transaction.
        1613,   // XA: the branch was rolled back because it took too long.
        1614,   // XA: the branch was rolled back because of a deadlock.
        1637,   // Too many active concurrent transactions.
        1689,   // A wait for a lock was aborted because of a pending exclusive lock.
        3058,   // A deadlock between user-level locks.
        3101,   // The group rolled the transaction back at commit: certification failed.
        3572,   // NOWAIT: a lock could not be acquired at once.
    ];
}
