namespace DbBreaker.Npgsql;

/// <summary>
/// PgBouncer sends nearly all errors of its own as 08P01, the code of a protocol violation, so their texts decide.
/// They stand in its source: objects.c, client.c, janitor.c, server.c and proto.c of version 1.25.
/// </summary>
internal static class PgBouncerErrors
{
    /// <summary>The first row whose text is contained decides, so the causes that a failed login quotes come first.
    /// </summary>
    private static readonly (string Text, DbFailureKind Kind)[] _rows =
    [
        // Full: the pooler, its database, its user, or the server behind it.
        ("no more connections allowed", DbFailureKind.Saturated),
        ("client connections exceeded", DbFailureKind.Saturated),
        ("bouncer resources exhaustion", DbFailureKind.Saturated),
        ("too many clients already", DbFailureKind.Saturated),
        ("too many connections for", DbFailureKind.Saturated),
        ("remaining connection slots are reserved", DbFailureKind.Saturated),

        // Waited for a server connection. A busy server and a frozen one look alike from here; the stall detector and
        // the probe tell them apart, a full pooler must not open a circuit.
        ("query_wait_timeout", DbFailureKind.Saturated),

        // Nobody behind it.
        ("server_login_retry", DbFailureKind.Unavailable),
        ("pgbouncer cannot connect to server", DbFailureKind.Unavailable),
        ("server down", DbFailureKind.Unavailable),
        ("server conn crashed", DbFailureKind.Unavailable),
        ("server closed the connection unexpectedly", DbFailureKind.Unavailable),
        ("server connection closed", DbFailureKind.Unavailable),
        ("server DNS lookup failed", DbFailureKind.Unavailable),
        ("connect failed", DbFailureKind.Unavailable),
        ("connect timeout", DbFailureKind.Unavailable),
        ("shutting down", DbFailureKind.Unavailable),
        ("suspend_timeout", DbFailureKind.Unavailable),

        // Its own limits on a statement, a transaction or an idle client.
        ("query_timeout", DbFailureKind.Answered),
        ("query timeout", DbFailureKind.Answered),
        ("transaction timeout", DbFailureKind.Answered),
        ("client_idle_timeout", DbFailureKind.Answered),

        // Refused at login.
        ("no such database", DbFailureKind.Answered),
        ("no such user", DbFailureKind.Answered),
        ("is disabled", DbFailureKind.Answered),
        ("authentication failed", DbFailureKind.Answered),
        ("login rejected", DbFailureKind.Answered),
        ("SSL required", DbFailureKind.Answered),
        ("unsupported startup parameter", DbFailureKind.Answered),
        ("not allowed", DbFailureKind.Answered),
    ];

    /// <summary>Judges the text of an 08P01, or returns null when PgBouncer did not write it.</summary>
    public static DbFailureKind? Classify(string message)
    {
        foreach ((string text, DbFailureKind kind) in _rows)
        {
            if (message.Contains(text, StringComparison.OrdinalIgnoreCase)) return kind;
        }

        return null;
    }
}
