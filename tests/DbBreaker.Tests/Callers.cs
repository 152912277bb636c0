namespace DbBreaker.Tests;

/// <summary>Callers that wait, either way.</summary>
internal static class Callers
{
    /// <summary>Asks for a permit: on a thread of its own when synchronously.</summary>
    public static Task<DbGuardLease> Acquire(
        DbGuard guard, bool isAsync, CancellationToken cancellationToken = default) =>
        isAsync
            ? guard.AcquireAsync(cancellationToken).AsTask()
            : Task.Factory.StartNew(
                guard.Acquire, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
