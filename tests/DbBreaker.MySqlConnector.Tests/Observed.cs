using System.Data.Common;
using System.Diagnostics;

namespace DbBreaker.MySqlConnector.Tests;

/// <summary>Runs the driver, synchronously or not, and collects what a guard would see of a failure.</summary>
internal static class Observed
{
    private static readonly MySqlConnectorAdapter _adapter = new();

    public static async Task OpenAsync(DbConnection connection, bool async, CancellationTokenSource? cancel = null)
    {
        if (async) await connection.OpenAsync(cancel?.Token ?? default);
        else connection.Open();
    }

    public static async Task<object?> ScalarAsync(
        DbConnection connection, string text, bool async, int timeout = 30, CancellationTokenSource? cancel = null)
    {
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = text;
        command.CommandTimeout = timeout;
        return async ? await command.ExecuteScalarAsync(cancel?.Token ?? default) : command.ExecuteScalar();
    }

    public static Task<DbFailure> FailedOpenAsync(
        DbConnection connection, bool async, CancellationTokenSource? cancel = null) =>
        FailureAsync(connection, DbPhase.Opening, () => OpenAsync(connection, async, cancel));

    public static Task<DbFailure> FailedScalarAsync(
        DbConnection connection, string text, bool async, int timeout = 30, CancellationTokenSource? cancel = null) =>
        FailureAsync(connection, DbPhase.Executing, () => ScalarAsync(connection, text, async, timeout, cancel));

    public static async Task<DbFailure> FailureAsync(DbConnection connection, DbPhase phase, Func<Task> action)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            // A synchronous call may block; the test's own thread stays free to script the server.
            await Task.Run(action, CancellationToken.None);
        }
        catch (Exception e)
        {
            return new DbFailure(e, phase, Stopwatch.GetElapsedTime(start), connection.State);
        }

        Assert.Fail("The operation was to fail and did not.");
        return default;
    }

    /// <summary>What a guard makes of it.</summary>
    public static DbFailureKind Kind(this in DbFailure failure) => DbFailureClassifier.Classify(_adapter, failure);

    /// <summary>Whether a guard counts it against the circuit.</summary>
    public static bool IsFailure(this in DbFailure failure) => DbFailureClassifier.IsFailure(failure.Kind(), failure);
}
