using Microsoft.Data.SqlClient;

namespace DbBreaker.SqlClient;

/// <summary>What a failure of SqlClient means (rule 1). Judges one level of the exception chain.</summary>
internal static class SqlClientClassifier
{
    // Connect Timeout is counted in whole seconds, and the pool waits all of it. What is thrown earlier is a call in
    // the wrong state, or, in 7.1.0, an open that was under way while its pool was cleared (dotnet/SqlClient#4714).
    private static readonly TimeSpan _shortestPoolTimeout = TimeSpan.FromMilliseconds(900);

    public static DbFailureKind? Classify(in DbFailure failure) => failure.Exception switch
    {
        SqlException exception => Judge(exception),

        // The pool's timeout has no type of its own, and its text is translated. It is thrown as well when no
        // connection is in use and the pool, which creates one at a time, spent the whole timeout on a dead server
        // (dotnet/SqlClient#2025). Nothing in it tells which; "full" is the reading that cannot open the circuit of a
        // healthy server, and opens that hang are seen while they hang.
        InvalidOperationException { InnerException: null } when failure.Phase == DbPhase.Opening
            && failure.Elapsed >= _shortestPoolTimeout => DbFailureKind.Saturated,
        _ => null,
    };

    /// <summary>The driver's own exception, also where a task or an ORM has wrapped it.</summary>
    public static SqlException? Find(Exception? exception)
    {
        while (exception is not (null or SqlException)) exception = exception.InnerException;
        return (SqlException?)exception;
    }

    private static DbFailureKind Judge(SqlException exception)
    {
        // One exception carries every error of its response; a timeout, for example, comes as -2 and 0 when
        // synchronous and as -2 alone when not. The first that means something of its own decides.
        foreach (SqlError error in exception.Errors)
        {
            if (error.Number == SqlClientErrors.Timeout) return DbFailureKind.Timeout;
            if (SqlClientErrors.KindOf(error.Number) is { } kind) return kind;
        }

        if (exception.Class >= SqlClientErrors.FatalClass) return DbFailureKind.Unavailable;
        return exception.Number == SqlClientErrors.NoNumber ? DbFailureKind.Cancelled : DbFailureKind.Answered;
    }
}
