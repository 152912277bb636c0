using System.Data;

namespace DbBreaker;

/// <summary>
/// Judges failures (rules 1, 2 and 6): at every level of the exception chain the adapter is asked first, then the
/// provider-neutral rules. Stateless.
/// </summary>
internal static class DbFailureClassifier
{
    /// <summary>Judges a failure. Always decides: what nothing explains is judged by the connection's fate.</summary>
    public static DbFailureKind Classify(DbProviderAdapter adapter, in DbFailure failure) =>
        ExceptionChain.IsOwnRejection(failure.Exception)
            ? DbFailureKind.Misuse
            : ExceptionChain.Judge(adapter, failure, depth: 0) ?? ClassifyUnexplained(failure);

    /// <summary>Whether the failure counts against the circuit, given what became of the connection.</summary>
    public static bool IsFailure(DbFailureKind kind, in DbFailure failure) => kind switch
    {
        DbFailureKind.Unavailable => true,
        DbFailureKind.Timeout => failure.Phase == DbPhase.Opening || !failure.ConnectionSurvived,
        DbFailureKind.Cancelled => failure.ConnectionBroke && !ExceptionChain.IsOwnRejection(failure.Exception),

        // Closed is no sign here: calling a connection that is not open is the very mistake. Whether a connection fell
        // is seen by whoever watches its state.
        DbFailureKind.Misuse => failure.StateAfter == ConnectionState.Broken
            && !ExceptionChain.IsOwnRejection(failure.Exception),
        _ => false,
    };

    /// <summary>Whether the failure proves that the server answers, and so counts as a success.</summary>
    public static bool IsAnswer(DbFailureKind kind, in DbFailure failure) => kind switch
    {
        DbFailureKind.Answered or DbFailureKind.Contention => true,
        DbFailureKind.Timeout => failure.Phase != DbPhase.Opening && failure.ConnectionSurvived,
        _ => false,
    };

    // A failed open is a failure (rule 4), and so is whatever cost the connection or was reported by hand. On a living
    // session an error of the driver's came from the server, and any other exception from the client's own code.
    private static DbFailureKind ClassifyUnexplained(in DbFailure failure)
    {
        if (failure.Phase == DbPhase.Opening || !failure.ConnectionSurvived) return DbFailureKind.Unavailable;
        return ExceptionChain.HasDriverError(failure.Exception) ? DbFailureKind.Answered : DbFailureKind.Misuse;
    }
}
