using System.Data;
using DbBreaker.TestKit;

namespace DbBreaker.Integration.Tests.Application;

/// <summary>
/// One application on one database, with a guard and a registry of its own, so that what one seam fails to notice is
/// not covered by the other.
/// </summary>
internal abstract class GuardedApp : IAsyncDisposable
{
    /// <summary>The request of a steady load: short, as most requests are.</summary>
    public const string Question = "SELECT 1 AS \"Value\"";

    /// <summary>The pool's size in every test that does not say otherwise.</summary>
    public const int Pool = 20;

    private const int Warm = 100;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    public abstract string Seam { get; }

    public abstract DbGuard Guard { get; }

    public DbGuardRegistry Registry { get; } = new();

    public IReadOnlyList<DbGuardTransition> Transitions => Guard.GetSnapshot().RecentTransitions;

    /// <summary>The same application twice: over ADO.NET and over EF Core.</summary>
    public static IReadOnlyList<GuardedApp> BothSeams(
        string connectionString, Action<DbGuardOptions>? configure = null) =>
        [new AdoApp(connectionString, configure), new EfApp(connectionString, configure)];

    /// <summary>
    /// For servers that stay well: on a busy machine they may take their time to answer a probe, and callers theirs
    /// in a queue. That they answer, and are answered, is what counts then.
    /// </summary>
    public static void BePatient(DbGuardOptions options) =>
        (options.ProbeTimeout, options.QueueTimeout) = (TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5));

    /// <summary>A request that reads: opens, asks, reads to the end, closes.</summary>
    public abstract Task QueryAsync(string sql, CancellationToken token);

    /// <inheritdoc cref="QueryAsync"/>
    public abstract void Query(string sql);

    /// <summary>A request that changes something, or tries to.</summary>
    public abstract Task ExecuteAsync(string sql, CancellationToken token);

    /// <summary>Inserts a row the way the seam's users do.</summary>
    public abstract Task InsertAsync(int id, CancellationToken token);

    /// <summary>Runs a transaction; what the work throws rolls it back.</summary>
    public abstract Task TransactAsync(
        IsolationLevel isolation, Func<Func<string, Task>, Task> work, CancellationToken token);

    /// <summary>
    /// Fills the pool and waits until all is well: on a busy machine the first connections are slow, and look like an
    /// outage to whoever is in a hurry.
    /// </summary>
    public Task WarmUpAsync() => Eventually.BecomesTrueAsync(
        async token =>
        {
            await Task.WhenAll(Enumerable.Range(0, Pool).Select(_ => AskAsync(token)));
            for (int i = 0; i < Warm; i++) await AskAsync(token);
            return Guard.GetSnapshot() is { State: CircuitState.Closed, PermitLimit: Pool };
        },
        _patience, $"{Seam} is warm");

    public Task AskAsync(CancellationToken token) => QueryAsync(Question, token);

    public abstract ValueTask DisposeAsync();

    public override string ToString() => Seam;
}
