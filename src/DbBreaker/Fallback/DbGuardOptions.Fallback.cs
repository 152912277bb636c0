using System.Collections.Immutable;
using System.Data.Common;
using DbBreaker.Fallback;

namespace DbBreaker;

// What answers reads while the circuit is open. Writes and transactions are rejected whatever stands here.
public sealed partial class DbGuardOptions
{
    /// <summary>Gets or sets how far a replica may be behind to answer, or null to take it however far it is. The lag
    /// is measured on the standby, at most once a second; where the driver's adapter cannot measure it (today:
    /// everywhere but on PostgreSQL) a replica with a bound is never used, and the rejection says so.</summary>
    /// <value>The default value is null. From 0 to 1 day.</value>
    public TimeSpan? MaxReplicaLag { get; set; }

    /// <summary>Gets or sets the application's own answer, asked after replicas and cached rows and before the
    /// rejection. It returns rows, as <c>DataTable.CreateDataReader()</c> does, or null to decline. It may be called by
    /// many threads at once. What it throws ends in the rejection's <see cref="DbGuardException.FallbackErrors"/>.
    /// </summary>
    /// <value>The default value is null.</value>
    public Func<DbFallbackCall, DbDataReader?>? Fallback { get; set; }

    /// <summary>Gets or sets <see cref="Fallback"/> for asynchronous callers; they get <see cref="Fallback"/> when this
    /// is null. Synchronous callers never get this one.</summary>
    /// <value>The default value is null.</value>
    public Func<DbFallbackCall, CancellationToken, ValueTask<DbDataReader?>>? FallbackAsync { get; set; }

    internal ImmutableList<ReplicaSetting> Replicas { get; private set; } = [];

    internal Action<DbConnection>? ReplicaSession { get; private set; }

    internal Func<DbConnection, CancellationToken, ValueTask>? ReplicaSessionAsync { get; private set; }

    /// <summary>
    /// Reads go to this replica while the circuit is open, outside transactions, on read-only sessions and under a
    /// guard of its own. Several replicas take turns. The same string twice is one replica.
    /// </summary>
    /// <param name="connectionString">The replica's, complete with credentials, for the primary's driver.</param>
    /// <param name="configure">Sets the options of the replica's guard.</param>
    /// <returns>The same options.</returns>
    /// <exception cref="ArgumentException"><paramref name="connectionString"/> is null, empty or white space. That it
    /// is the primary's own, or unreadable, is found when the guard is made.</exception>
    public DbGuardOptions FallbackToReplica(string connectionString, Action<DbGuardOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        return Add(new ReplicaSetting(connectionString, null, configure));
    }

    /// <summary>
    /// Reads go to this replica while the circuit is open, as with a connection string. A data source carries what a
    /// string cannot: type mappings, password providers, certificates.
    /// </summary>
    /// <param name="dataSource">The replica's, of the primary's driver. It is not disposed.</param>
    /// <param name="configure">Sets the options of the replica's guard.</param>
    /// <returns>The same options.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="dataSource"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="dataSource"/> is guarded: a replica gets its guard here.
    /// </exception>
    public DbGuardOptions FallbackToReplica(DbDataSource dataSource, Action<DbGuardOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        if (dataSource is GuardedDbDataSource)
        {
            throw new ArgumentException(
                "The replica's data source is guarded already. Give the driver's own: the replica gets a guard here.",
                nameof(dataSource));
        }

        return Add(new ReplicaSetting(null, dataSource, configure));
    }

    /// <summary>Sets what runs on each connection to a replica before its query: variables for row-level security, a
    /// search path, a role. It is the replica's counterpart of what the application does to its own connections.
    /// </summary>
    /// <param name="prepare">Gets the driver's open connection. What it throws takes the replica out of this read.
    /// Asynchronous callers run it too, unless <paramref name="prepareAsync"/> is given.</param>
    /// <param name="prepareAsync">For asynchronous callers.</param>
    /// <returns>The same options.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="prepare"/> is null.</exception>
    public DbGuardOptions OnReplicaSession(
        Action<DbConnection> prepare, Func<DbConnection, CancellationToken, ValueTask>? prepareAsync = null)
    {
        ArgumentNullException.ThrowIfNull(prepare);
        ReplicaSession = prepare;
        ReplicaSessionAsync = prepareAsync;
        return this;
    }

    internal bool HasFallbacks =>
        Replicas.Count > 0 || Cache is not null || Fallback is not null || FallbackAsync is not null;

    /// <summary>Takes over what is not set here.</summary>
    internal void FillFallbacks(DbGuardOptions below)
    {
        if (Replicas.Count == 0) Replicas = below.Replicas;
        Fallback ??= below.Fallback;
        FallbackAsync ??= below.FallbackAsync;
        FillCache(below);
        if (ReplicaSession is not null) return;
        ReplicaSession = below.ReplicaSession;
        ReplicaSessionAsync = below.ReplicaSessionAsync;
    }

    /// <summary>Whether two sets of options answer reads alike. Code cannot be compared: the same delegate counts.
    /// </summary>
    internal bool HasSameFallbacks(DbGuardOptions other) =>
        HasSameReplicas(other) && HasSameCache(other) && Fallback == other.Fallback
            && FallbackAsync == other.FallbackAsync
        && ReplicaSession == other.ReplicaSession && ReplicaSessionAsync == other.ReplicaSessionAsync;

    internal bool HasSameReplicas(DbGuardOptions other) =>
        Replicas.Count == other.Replicas.Count && Replicas.All(r => other.Replicas.Exists(r.LeadsToSame));

    private DbGuardOptions Add(ReplicaSetting replica)
    {
        if (!Replicas.Exists(replica.LeadsToSame)) Replicas = Replicas.Add(replica);
        return this;
    }
}
