using System.Data;
using System.Data.Common;

namespace DbBreaker.SqlClient.Tests;

/// <summary>What a guard makes of a failure.</summary>
internal static class Judged
{
    private static readonly SqlClientAdapter _adapter = new();

    /// <summary>
    /// The failure with the state that the connection comes to rest in. An asynchronous call throws first and closes
    /// the broken connection a moment later, on another thread; a guard sees that by the change of state (rule 5).
    /// </summary>
    public static async Task<DbFailure> SettledAsync(this DbFailure failure, DbConnection connection)
    {
        for (int i = 0; i < 25 && connection.State == ConnectionState.Open; i++)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        return failure with { StateAfter = connection.State };
    }

    /// <summary>What a guard makes of it.</summary>
    public static DbFailureKind Kind(this in DbFailure failure) => DbFailureClassifier.Classify(_adapter, failure);

    /// <summary>Whether a guard counts it against the circuit.</summary>
    public static bool IsFailure(this in DbFailure failure) => DbFailureClassifier.IsFailure(failure.Kind(), failure);
}
