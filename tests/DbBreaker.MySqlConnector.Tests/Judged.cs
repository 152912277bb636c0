namespace DbBreaker.MySqlConnector.Tests;

/// <summary>What a guard makes of a failure.</summary>
internal static class Judged
{
    private static readonly MySqlConnectorAdapter _adapter = new();

    /// <summary>What a guard makes of it.</summary>
    public static DbFailureKind Kind(this in DbFailure failure) => DbFailureClassifier.Classify(_adapter, failure);

    /// <summary>Whether a guard counts it against the circuit.</summary>
    public static bool IsFailure(this in DbFailure failure) => DbFailureClassifier.IsFailure(failure.Kind(), failure);
}
