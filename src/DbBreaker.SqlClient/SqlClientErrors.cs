using System.Collections.Frozen;

namespace DbBreaker.SqlClient;

/// <summary>
/// The error numbers that are not an ordinary answer, with their documented meaning: "Database Engine events and
/// errors" for the server, "Transient connection errors" and "Resource governance errors" for Azure SQL. A number that
/// is missing here is judged by its class: 20 and above ended the connection, everything else is an answer.
/// </summary>
internal static class SqlClientErrors
{
    /// <summary>Raised by the client: no answer within a login's, a command's or an attention's timeout.</summary>
    public const int Timeout = -2;

    /// <summary>Raised by the client without a number: a cancelled command (class 11) or a network failure (class 20).
    /// </summary>
    public const int NoNumber = 0;

    /// <summary>"Failed to update database because the database is read-only": after a failover the connections of a
    /// pool lead to what has become a secondary.</summary>
    public const int DatabaseIsReadOnly = 3906;

    /// <summary>From this class on the server, or the client on its behalf, has ended the connection.</summary>
    public const byte FatalClass = 20;

    private static readonly FrozenDictionary<int, DbFailureKind> Kinds = Build();

    /// <summary>What a number means by itself, or null when only its class tells.</summary>
    public static DbFailureKind? KindOf(int number) => Kinds.TryGetValue(number, out DbFailureKind kind) ? kind : null;

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
        // The network, as Winsock and Win32 numbers. They mostly come with class 20; a proxy or gateway can lower it.
        53,     // The network path was not found.
        64,     // A connection was established, but an error occurred during the login.
        121,    // The semaphore timeout period has expired.
        233,    // No process is on the other end of the pipe.
        10053,  // The connection was aborted by the software in the host machine.
        10054,  // The connection was forcibly closed by the remote host.
        10060,  // The connection attempt was not answered.
        10061,  // The target machine refused the connection.
        11001,  // No such host is known.

        // The server is starting, stopping or paused.
        6005,   // SHUTDOWN is in progress.
        17142,  // SQL Server has been paused; no new connections are allowed.
        17148,  // SQL Server is terminating because of a system shutdown.
        17187,  // SQL Server is not ready to accept new client connections.
        18401,  // Login failed: the server is in script upgrade mode.

        // The database is not there yet, or not any more.
        615,    // The database's table could not be found: it is being closed.
        921,    // The database has not been recovered yet.
        922,    // The database is being recovered.
        926,    // The database is marked suspect.
        927,    // The database is in the middle of a restore.
        941,    // The database is not started.
        942,    // The database is offline.
        945,    // The database's files or its memory and disk space are missing.
        952,    // The database is in transition.
        3908,   // The database is in emergency mode or damaged.

        // Availability groups.
        976,    // The database takes part in a group and is not accessible for queries.
        978,    // The database takes read-only intent alone: this replica is not the primary.
        979,    // The database takes no read-only intent.
        982,    // The secondary takes no connection with this intent.
        983,    // The replica's role is neither primary nor secondary.
        988,    // The database lacks a quorum of nodes.
        4221,   // The login to a secondary waited too long for the role's transition.

        // Azure SQL: reconfiguration, failover, resume. "Retry" is all its documentation has to say.
        40143,  // The service has encountered an error processing the request.
        40166,  // A cloud-wide reconfiguration; the session has been terminated.
        40197,  // The service has encountered an error: software or hardware upgrade, or failover.
        40540,  // The service has encountered an error processing the request; the session has been terminated.
        40613,  // The database on the server is not currently available.
        42108,  // The dedicated pool is paused.
        42109,  // The dedicated pool is warming up.
        42119,  // The free amount of the month is used up; the database is paused.
    ];

    private static ReadOnlySpan<int> Saturated =>
    [
        // Sessions and workers.
        10928,  // The limit of requests or sessions for the database has been reached.
        10929,  // The server is too busy to give more than the guaranteed minimum.
        10930,  // The service is currently too busy.
        10936,  // The request limit of the elastic pool has been reached.
        17197,  // Login failed due to timeout; this may indicate heavy server load.
        17300,  // No new system task: too little memory, or the configured maximum of sessions.
        17809,  // The maximum number of user connections has been reached.
        17889,  // The maximum number of connections on a session has been reached.
        40501,  // The service is currently busy; retry the request after 10 seconds.
        45168,  // The server has too many active connections.
        45169,  // The subscription has too many active connections.
        49918,  // Not enough resources to process the request.
        49919,  // Too many create or update operations in progress.
        49920,  // Too many operations in progress for the subscription.

        // Memory, disk and log.
        701,    // There is insufficient system memory to run this query.
        802,    // There is insufficient memory available in the buffer pool.
        1101,   // No new page for the database: insufficient disk space.
        1105,   // No space for the object: the filegroup is full.
        1204,   // No lock resource can be obtained.
        8628,   // A timeout occurred while waiting to optimize the query.
        8645,   // A timeout occurred while waiting for memory resources.
        8651,   // The minimum query memory is not available.
        9002,   // The transaction log is full.
        40544,  // The database has reached its size quota.
        41805,  // There is insufficient memory in the resource pool for memory-optimized tables.
        41823,  // The database has reached its quota for in-memory tables.
        41840,  // The elastic pool has reached its quota for in-memory tables.
    ];

    private static ReadOnlySpan<int> Contention =>
    [
        617,    // The object's descriptor changed while the statement ran.
        669,    // The row object is inconsistent; rerun the query.
        997,    // Failed to get the update lock on the database.
        1205,   // Chosen as a deadlock's victim.
        1221,   // The engine waits too long for a latch or lock of its own.
        1222,   // Lock request time out period exceeded.
        1807,   // No exclusive lock on the model database.
        3935,   // A transaction context is in use by another session.
        3960,   // Snapshot isolation: update conflict.
        3961,   // Snapshot isolation: the object was changed by another transaction.
        10922,  // The operation failed; rerun the statement.
        41301,  // A transaction this one depends on has aborted.
        41302,  // The record was updated since this transaction started.
        41305,  // Repeatable read validation failed.
        41325,  // Serializable validation failed.
        41839,  // The transaction exceeded the number of commit dependencies.
    ];
}
