using System.Data.Common;
using System.Diagnostics;
using Xunit;

namespace DbBreaker.TestKit;

/// <summary>Runs a driver, synchronously or not, and collects what a guard would see of a failure.</summary>
public static class Observed
{
    /// <summary>Opens.</summary>
    public static async Task OpenAsync(DbConnection connection, bool async, CancellationTokenSource? cancel = null)
    {
        if (async) await connection.OpenAsync(cancel?.Token ?? default);
        else connection.Open();
    }

    /// <summary>Asks for one value.</summary>
    public static async Task<object?> ScalarAsync(
        DbConnection connection, string text, bool async, int timeout = 30, CancellationTokenSource? cancel = null)
    {
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = text;
        command.CommandTimeout = timeout;
        return async ? await command.ExecuteScalarAsync(cancel?.Token ?? default) : command.ExecuteScalar();
    }

    /// <summary>What an open that is to fail shows.</summary>
    public static Task<DbFailure> FailedOpenAsync(
        DbConnection connection, bool async, CancellationTokenSource? cancel = null) =>
        FailureAsync(connection, DbPhase.Opening, () => OpenAsync(connection, async, cancel));

    /// <summary>What a statement that is to fail shows.</summary>
    public static Task<DbFailure> FailedScalarAsync(
        DbConnection connection, string text, bool async, int timeout = 30, CancellationTokenSource? cancel = null) =>
        FailureAsync(connection, DbPhase.Executing, () => ScalarAsync(connection, text, async, timeout, cancel));

    /// <summary>What anything that is to fail shows.</summary>
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
}
