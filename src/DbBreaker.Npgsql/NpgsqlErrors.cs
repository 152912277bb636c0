using Npgsql;

namespace DbBreaker.Npgsql;

/// <summary>
/// What only Npgsql's exception types and texts tell. Null leaves a level of the exception chain to the neutral rules,
/// which know sockets, timeouts, cancellations and SQLSTATEs. The driver's texts are English in every culture.
/// </summary>
internal static class NpgsqlErrors
{
    private const int MaxDepth = 16;

    /// <summary>The beginnings of errors that carry no code. Those of a login that the server takes part in are
    /// answers.</summary>
    private static readonly (string Start, DbFailureKind Kind)[] _texts =
    [
        ("The connection pool has been exhausted", DbFailureKind.Saturated),
        ("The connection pool has been shut down", DbFailureKind.Misuse),

        // Every host is known to be offline or of the wrong kind. Not one of them was asked just now, but without this
        // failure a circuit would never learn of an outage that begins while the driver remembers it.
        ("No suitable host was found", DbFailureKind.Unavailable),

        // The token service is down, not the database: its inner exception would be read as an outage.
        ("An exception was thrown from the password provider", DbFailureKind.Misuse),
        ("An exception was thrown from the periodic password provider", DbFailureKind.Misuse),
        ("Obtaining password using", DbFailureKind.Misuse),
        ("No username could be found", DbFailureKind.Misuse),

        ("SSL connection requested", DbFailureKind.Answered),
        ("GGS encryption requested", DbFailureKind.Answered),
        ("GSS encryption requested", DbFailureKind.Answered),
        ("No password has been provided", DbFailureKind.Answered),
        ("No supported SASL mechanism", DbFailureKind.Answered),
        ("Couldn't connect because ChannelBinding", DbFailureKind.Answered),
        ("[SCRAM]", DbFailureKind.Answered),
        ("[SASL]", DbFailureKind.Answered),
    ];

    public static DbFailureKind? Classify(in DbFailure failure) => failure.Exception switch
    {
        PostgresException error => ClassifyServerError(error, failure),
        NpgsqlOperationInProgressException => DbFailureKind.Misuse,
        NpgsqlException error => ClassifyText(error.Message),
        _ => null,
    };

    public static bool IsReadOnly(Exception exception)
    {
        Exception? current = exception;
        for (int depth = 0; depth < MaxDepth && current is not null; depth++)
        {
            if (current is PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction }) return true;
            current = current.InnerException;
        }

        return false;
    }

    private static DbFailureKind? ClassifyText(string message)
    {
        foreach ((string start, DbFailureKind kind) in _texts)
        {
            if (message.StartsWith(start, StringComparison.Ordinal)) return kind;
        }

        return null;
    }

    // Npgsql closes the connection itself on classes 53, 58, F0, XX and on 08P01 (its IsCriticalFailure), so the
    // connection's state tells nothing there. The severity does: after ERROR the server keeps the session, after
    // FATAL and PANIC it ends it.
    private static DbFailureKind? ClassifyServerError(PostgresException error, in DbFailure failure)
    {
        string state = error.SqlState;
        if (state == PostgresErrorCodes.ProtocolViolation)
            return PgBouncerErrors.Classify(error.MessageText) ?? (IsError(error) ? DbFailureKind.Answered : null);
        if (state.StartsWith("XX", StringComparison.Ordinal) && IsError(error)) return DbFailureKind.Answered;
        return null;
    }

    private static bool IsError(PostgresException error) =>
        string.Equals(error.InvariantSeverity, "ERROR", StringComparison.Ordinal);
}
