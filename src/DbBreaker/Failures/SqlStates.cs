namespace DbBreaker;

/// <summary>
/// What a SQLSTATE says about the server. Rows are prefixes, the longest that matches decides, and every state without
/// a row is an answer. The codes are PostgreSQL's (appendix A of its manual) and the SQL standard's.
/// </summary>
internal static class SqlStates
{
    private static readonly (string Prefix, DbFailureKind? Kind)[] _rows =
    [
        // Connection exceptions. Raised inside a living session they are about another server: a foreign table, dblink.
        ("08", DbFailureKind.Unavailable),

        // Serialization failure, deadlock, lock not available, object in use, not in the prerequisite state.
        ("40001", DbFailureKind.Contention),
        ("40P01", DbFailureKind.Contention),
        ("55P03", DbFailureKind.Contention),
        ("55006", DbFailureKind.Contention),
        ("55000", DbFailureKind.Contention),

        // Out of connections, memory or disk. A full disk fails writes only, so taking the reads away would not help.
        ("53", DbFailureKind.Saturated),

        // Shutdown by the administrator, after a crash, not accepting yet, idle session ended by the server.
        // 57P04 (database dropped) is an answer: the server is fine.
        ("57P01", DbFailureKind.Unavailable),
        ("57P02", DbFailureKind.Unavailable),
        ("57P03", DbFailureKind.Unavailable),
        ("57P05", DbFailureKind.Unavailable),

        // The operating system under the server. 58P01 to 58P03 name a file that a statement asked for.
        ("58", DbFailureKind.Unavailable),
        ("58P", DbFailureKind.Answered),

        // A configuration the server cannot start with, and internal errors. One XX000 is often a bug that a single
        // statement hits, so the session decides: it survived, or it did not.
        ("F0", DbFailureKind.Unavailable),
        ("XX", DbFailureKind.Unavailable),

        // Call-level interface: HYT00 and HYT01 are timeouts, the rest is a driver's "general error" and says nothing.
        ("HYT", DbFailureKind.Timeout),
        ("HY", null),
    ];

    /// <summary>Judges a state, or returns null when it says nothing by itself.</summary>
    public static DbFailureKind? Classify(string? sqlState, in DbFailure failure)
    {
        if (sqlState is not { Length: 5 }) return null;
        if (sqlState == "57014") return ClassifyCancelledStatement(failure);
        (string Prefix, DbFailureKind? Kind) best = ("", DbFailureKind.Answered);
        foreach ((string Prefix, DbFailureKind? Kind) row in _rows)
        {
            if (row.Prefix.Length > best.Prefix.Length && sqlState.StartsWith(row.Prefix, StringComparison.Ordinal))
                best = row;
        }

        bool isDoubtful = best.Kind is DbFailureKind.Unavailable
            && !best.Prefix.StartsWith("57P", StringComparison.Ordinal);
        return isDoubtful && failure.ConnectionSurvived ? DbFailureKind.Answered : best.Kind;
    }

    // A statement timeout or a cancel request leaves the session alive. At login it is the server's own deadline.
    private static DbFailureKind ClassifyCancelledStatement(in DbFailure failure) =>
        failure.ConnectionBroke ? DbFailureKind.Timeout : DbFailureKind.Answered;
}
