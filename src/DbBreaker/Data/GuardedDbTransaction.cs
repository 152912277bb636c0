using System.Data;
using System.Data.Common;
using DbBreaker.Data;

namespace DbBreaker;

/// <summary>
/// A transaction of a guarded connection. Whatever ends it or steps within it always passes the guard; its outcome is
/// reported. Like the driver's own, it serves one caller at a time.
/// </summary>
public sealed class GuardedDbTransaction : DbTransaction
{
    private readonly GuardedDbConnection _connection;

    internal GuardedDbTransaction(DbTransaction inner, GuardedDbConnection connection)
    {
        Inner = inner;
        _connection = connection;
    }

    /// <summary>Gets the driver's transaction.</summary>
    public DbTransaction Inner { get; }

    /// <inheritdoc/>
    public override IsolationLevel IsolationLevel => Inner.IsolationLevel;

    /// <inheritdoc/>
    public override bool SupportsSavepoints => Inner.SupportsSavepoints;

    /// <inheritdoc/>
    protected override DbConnection? DbConnection => Inner.Connection is null ? null : _connection;

    /// <inheritdoc/>
    public override void Commit() => Run(OperationPlan.Committing, static (t, _) => t.Commit(), ends: true);

    /// <inheritdoc/>
    public override Task CommitAsync(CancellationToken cancellationToken = default) =>
        RunAsync(OperationPlan.Committing, static (t, _, c) => t.CommitAsync(c), cancellationToken, ends: true);

    /// <inheritdoc/>
    public override void Rollback() => Run(OperationPlan.Passing, static (t, _) => t.Rollback(), ends: true);

    /// <inheritdoc/>
    public override Task RollbackAsync(CancellationToken cancellationToken = default) =>
        RunAsync(OperationPlan.Passing, static (t, _, c) => t.RollbackAsync(c), cancellationToken, ends: true);

    /// <inheritdoc/>
    public override void Save(string savepointName) =>
        Run(OperationPlan.Quiet, static (t, n) => t.Save(n), savepointName);

    /// <inheritdoc/>
    public override Task SaveAsync(string savepointName, CancellationToken cancellationToken = default) =>
        RunAsync(OperationPlan.Quiet, static (t, n, c) => t.SaveAsync(n, c), cancellationToken, savepointName);

    /// <inheritdoc/>
    public override void Rollback(string savepointName) =>
        Run(OperationPlan.Passing, static (t, n) => t.Rollback(n), savepointName);

    /// <inheritdoc/>
    public override Task RollbackAsync(string savepointName, CancellationToken cancellationToken = default) =>
        RunAsync(OperationPlan.Passing, static (t, n, c) => t.RollbackAsync(n, c), cancellationToken, savepointName);

    /// <inheritdoc/>
    public override void Release(string savepointName) =>
        Run(OperationPlan.Passing, static (t, n) => t.Release(n), savepointName);

    /// <inheritdoc/>
    public override Task ReleaseAsync(string savepointName, CancellationToken cancellationToken = default) =>
        RunAsync(OperationPlan.Passing, static (t, n, c) => t.ReleaseAsync(n, c), cancellationToken, savepointName);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await RunAsync(OperationPlan.Quiet, static (t, _, _) => t.DisposeAsync().AsTask(), default, ends: true)
            .ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) Run(OperationPlan.Quiet, static (t, _) => t.Dispose(), ends: true);
        base.Dispose(disposing);
    }

    private void Run(
        OperationPlan plan, Action<DbTransaction, string> run, string savepointName = "", bool ends = false)
    {
        GuardedOperation.Run(_connection.Session, plan, (Inner, savepointName, run), static s =>
        {
            s.run(s.Inner, s.savepointName);
            return true;
        });
        if (ends) _connection.Ended(this);
    }

    private async Task RunAsync(
        OperationPlan plan,
        Func<DbTransaction, string, CancellationToken, Task> run,
        CancellationToken cancellationToken,
        string savepointName = "",
        bool ends = false)
    {
        await GuardedOperation.RunAsync(
            _connection.Session,
            plan,
            (Inner, savepointName, run),
            static (s, token) => GuardedOperation.Completed(s.run(s.Inner, s.savepointName, token)),
            cancellationToken).ConfigureAwait(false);
        if (ends) _connection.Ended(this);
    }
}
