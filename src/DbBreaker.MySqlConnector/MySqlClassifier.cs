using MySqlConnector;

namespace DbBreaker.MySqlConnector;

/// <summary>What a failure of MySqlConnector means (rule 1). Judges one level of the exception chain.</summary>
internal static class MySqlClassifier
{
    // One code says that the host is unreachable, that it is silent, that the pool is full and that the handshake
    // failed; the texts, which the driver does not translate, are all there is to tell them by.
    private const string TimedOut = "Connect Timeout expired.";
    private const string PoolIsFull = "All pooled connections are in use.";

    private static readonly string[] _handshakeTexts =
    [
        "Authentication method",
        "Couldn't load server's RSA public key",
        "MySQL Server rejected",
        "Server does not support",
        "The server doesn't support",
    ];

    public static DbFailureKind? Classify(in DbFailure failure) => failure.Exception switch
    {
        MySqlException exception => Judge(exception),

        // A packet came that was not expected then, as when a transaction is begun beside an open reader: the driver
        // breaks the connection, but the server is there.
        MySqlProtocolException => DbFailureKind.Answered,
        _ => null,
    };

    /// <summary>The driver's own exception, also where a task or an ORM has wrapped it.</summary>
    public static MySqlException? Find(Exception? exception)
    {
        while (exception is not (null or MySqlException)) exception = exception.InnerException;
        return (MySqlException?)exception;
    }

    private static DbFailureKind? Judge(MySqlException exception) => exception.ErrorCode switch
    {
        MySqlErrorCode.UnableToConnectToHost => JudgeConnecting(exception),
        MySqlErrorCode.CommandTimeoutExpired => DbFailureKind.Timeout,
        MySqlErrorCode.ProvidePasswordCallbackFailed => DbFailureKind.Misuse,

        // The driver's own errors: the cause inside, or the connection's fate, tells.
        <= MySqlErrorCode.None => null,
        _ => MySqlErrors.KindOf(exception.Number) ?? DbFailureKind.Answered,
    };

    private static DbFailureKind? JudgeConnecting(MySqlException exception)
    {
        // A pool is "full" as well while every place in it waits for a dead server. Nothing tells which; "full" is the
        // reading that cannot open the circuit of a healthy server, and opens that hang are seen while they hang.
        if (exception.Message.Contains(PoolIsFull, StringComparison.Ordinal)) return DbFailureKind.Saturated;
        if (exception.Message.StartsWith(TimedOut, StringComparison.Ordinal)) return DbFailureKind.Timeout;
        if (_handshakeTexts.Any(text => exception.Message.StartsWith(text, StringComparison.Ordinal)))
        {
            return DbFailureKind.Answered;
        }

        // TLS: the inner exception knows whether the peer's answer or the network was wrong.
        return exception.InnerException is null ? DbFailureKind.Unavailable : null;
    }
}
