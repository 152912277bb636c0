namespace DbBreaker;

/// <summary>Judges failures: the adapter first, then the provider-neutral rules.</summary>
internal static class DbFailureClassifier
{
    public static DbFailureKind Classify(DbProviderAdapter adapter, in DbFailure failure) =>
        adapter.Classify(failure) ?? DbFailureKind.Unavailable;

    /// <summary>Whether a kind is a failure of the circuit, given what became of the connection (rule 2).</summary>
    public static bool IsFailure(DbFailureKind kind, in DbFailure failure) => kind is DbFailureKind.Unavailable;
}
