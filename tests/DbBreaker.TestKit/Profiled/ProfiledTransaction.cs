using System.Data;
using System.Data.Common;

namespace DbBreaker.TestKit.Profiled;

/// <summary>A profiler's transaction: commit and rollback, and nothing of what came later.</summary>
/// <param name="inner">What is wrapped.</param>
/// <param name="connection">The wrapper that began it.</param>
public sealed class ProfiledTransaction(DbTransaction inner, ProfiledConnection connection) : DbTransaction
{
    /// <summary>Gets what is wrapped.</summary>
    public DbTransaction WrappedTransaction { get; } = inner;

    /// <inheritdoc/>
    public override IsolationLevel IsolationLevel => WrappedTransaction.IsolationLevel;

    /// <inheritdoc/>
    protected override DbConnection DbConnection => connection;

    /// <inheritdoc/>
    public override void Commit() => WrappedTransaction.Commit();

    /// <inheritdoc/>
    public override void Rollback() => WrappedTransaction.Rollback();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) WrappedTransaction.Dispose();
        base.Dispose(disposing);
    }
}
