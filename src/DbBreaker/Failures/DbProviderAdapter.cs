using System.Collections.Immutable;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace DbBreaker;

/// <summary>
/// What only a driver's own types can tell. Installing an adapter's package is enough; a driver of your own is made
/// known with <see cref="DbProviderAdapters.Register"/>. Implementations are stateless and safe for concurrent use.
/// </summary>
public abstract class DbProviderAdapter
{
    /// <summary>Gets the provider's short name, as it stands in guard names: <c>postgresql</c>, <c>mssql</c>.</summary>
    public abstract string ProviderName { get; }

    /// <summary>Tells whether the connection is of this adapter's driver. A type check; called often.</summary>
    /// <param name="connection">The driver's own connection, never a wrapper of this library.</param>
    public abstract bool Handles(DbConnection connection);

    /// <summary>
    /// Judges a failure, or returns null to leave it to the provider-neutral rules (SQLSTATE, inner exceptions, phase,
    /// state of the connection). See <see cref="DbFailureKind"/> for what the kinds mean. It is asked at every level of
    /// the exception chain, outermost first, and for other drivers' exceptions too, which it leaves alone.
    /// </summary>
    /// <param name="failure">The failure.</param>
    public abstract DbFailureKind? Classify(in DbFailure failure);

    /// <summary>
    /// Tells whether the driver repeated an earlier failure from a cache without asking the server. Such an exception
    /// is not new evidence.
    /// </summary>
    /// <param name="failure">The failure.</param>
    public virtual bool IsRepeated(in DbFailure failure) => false;

    /// <summary>
    /// Tells whether a failure says that the pool's connections lead to the wrong server although they work, as
    /// SQLSTATE 25006 (read-only) does after a failover. The failure keeps its kind; whoever asks clears the pool, and
    /// bounds how often, because an application's own mistake can look the same.
    /// </summary>
    /// <param name="failure">The failure.</param>
    public virtual bool IndicatesStalePool(in DbFailure failure) => false;

    /// <summary>
    /// Tells whether a probe that failed was answered by the server all the same: it is full, it refused the login, it
    /// reported an error. By default <see cref="DbFailureKind.Answered"/>, <see cref="DbFailureKind.Saturated"/> and
    /// <see cref="DbFailureKind.Contention"/> are answers.
    /// </summary>
    /// <param name="failure">What the probe's connection or command threw.</param>
    public virtual bool IsProbeAnswered(in DbFailure failure) =>
        DbFailureClassifier.Classify(this, failure)
            is DbFailureKind.Answered or DbFailureKind.Saturated or DbFailureKind.Contention;

    /// <summary>
    /// Describes where a connection string leads: provider, server, port, database, user and what makes a pool of its
    /// own, in canonical order, without secrets. It parses the string: callers keep the result.
    /// </summary>
    /// <param name="connection">A connection; its string may lack the password.</param>
    /// <exception cref="ArgumentException">The connection string is missing or cannot be read.</exception>
    public abstract DbEndpoint GetEndpoint(DbConnection connection);

    /// <summary>
    /// Gets the object that a connection draws from when its string alone does not say where it leads, such as a data
    /// source that asks for a standby of the same servers; null when the string says it all. Called for each connection
    /// that is guarded, so it is a read, never a search.
    /// </summary>
    /// <param name="connection">A connection.</param>
    public virtual object? GetSource(DbConnection connection) => null;

    /// <summary>
    /// Creates a closed connection to the same server with the same credentials that never touches the pool and gives
    /// up by itself not long after <paramref name="timeout"/>. The driver may run the application's password provider
    /// here, which can block or throw: call it where the probe itself may block.
    /// </summary>
    /// <param name="connection">A connection that was never opened, or any other one of the same string.</param>
    /// <param name="timeout">How long connecting and the probe's command may take; at least one second is used where
    /// the driver counts in seconds.</param>
    /// <exception cref="NotSupportedException">The driver offers no way to make such a connection.</exception>
    public abstract DbConnection CreateProbeConnection(DbConnection connection, TimeSpan timeout);

    /// <summary>
    /// Gets whether the driver takes a connection back that was collected without being closed, so that the guard takes
    /// its permit back too. Npgsql does not: the pool holds on to such a connection for good.
    /// </summary>
    public virtual bool CollectsLeakedConnections => true;

    /// <summary>Gets the command that a probe sends.</summary>
    public virtual string ProbeCommandText => "SELECT 1";

    /// <summary>Changes a replica's connection string so that its sessions are read-only from their start.</summary>
    /// <param name="connectionString">A string of this driver.</param>
    /// <returns>The changed string, or null when a string cannot say so; <see cref="ReadOnlySessionText"/> is sent on
    /// each connection then.</returns>
    public virtual string? MakeReadOnly(string connectionString) => null;

    /// <summary>Gets the command that makes a session read-only, or null when the database has none. Without either
    /// way, only a replica that is read-only by itself refuses writes.</summary>
    public virtual string? ReadOnlySessionText => null;

    /// <summary>Tells whether the server refused a command because the session, or the whole server, is read-only. By
    /// default SQLSTATE 25006.</summary>
    /// <param name="failure">What a command threw on a read-only session.</param>
    public virtual bool IsReadOnlyRefusal(in DbFailure failure) =>
        ExceptionChain.Find<DbException>(failure.Exception) is { SqlState: "25006" };

    /// <summary>
    /// Gets the query by which a replica tells how far it is behind, or null when it cannot. Its one row has two
    /// columns: the seconds, a double or null when not known, and whether the replica still hears from its primary.
    /// Without that, the time since the primary was lost is taken off the seconds.
    /// </summary>
    public virtual string? ReplicaLagText => null;

    /// <summary>Discards the idle connections of the pool that the connection belongs to, and, where the driver can,
    /// those in use when they are returned.</summary>
    /// <param name="connection">A connection of the pool, open or closed.</param>
    public abstract void ClearPool(DbConnection connection);

    /// <summary>Gets the driver's own types that cached rows may hold, by the names they are stored under; arrays of
    /// them too. Names never change their meaning. Empty by default.</summary>
    public virtual IReadOnlyDictionary<string, Type> CachedTypes => ImmutableDictionary<string, Type>.Empty;

    /// <summary>Takes a value of one of <see cref="CachedTypes"/> apart, so that it can be stored; null when it cannot
    /// be restored exactly.</summary>
    /// <param name="value">A value that a reader of this driver returned; never an array.</param>
    public virtual DbCachedValue? TakeApart(object value) => null;

    /// <summary>Puts a value together again; null, or an <see cref="ArgumentException"/>, when the parts make none.
    /// </summary>
    /// <param name="value">What <see cref="TakeApart"/> returned, or damaged bytes that look like it.</param>
    public virtual object? PutTogether(DbCachedValue value) => null;

    /// <summary>Gives a cached value as a type that the driver's reader would have read the column as, beyond what is
    /// known anyway (numbers, dates, texts, arrays as lists). False by default.</summary>
    /// <param name="value">The value, or <see cref="DBNull"/>.</param>
    /// <param name="type">The type that the caller asks for; never a nullable one.</param>
    /// <param name="converted">The value as that type.</param>
    public virtual bool TryConvertCached(object value, Type type, [NotNullWhen(true)] out object? converted)
    {
        converted = null;
        return false;
    }

    /// <summary>Reads an array that the driver gave to <see cref="DbDataReader.GetValue"/> with an
    /// <see cref="InvalidCastException"/>, because it holds nulls and its elements cannot; null when it is no such
    /// array. Null by default.</summary>
    /// <param name="reader">The driver's reader, on a row.</param>
    /// <param name="ordinal">The column.</param>
    public virtual Array? ReadArrayWithNulls(DbDataReader reader, int ordinal) => null;

    /// <summary>Reads the labels that the database has for a mapped enum, or for the elements of an array of them: what
    /// rows keep of it, because numbers and names may change. Null when the column has none. Null by default.</summary>
    /// <param name="reader">The driver's reader, on a row.</param>
    /// <param name="ordinal">The column; its value is an enum or an array of enums.</param>
    public virtual IReadOnlyList<string?>? ReadEnumLabels(DbDataReader reader, int ordinal) => null;

    /// <summary>Gets the label that a member of an enum itself says it has in the database, by an attribute of the
    /// driver's; null when it leaves that to its name. Null by default.</summary>
    /// <param name="member">The member.</param>
    public virtual string? GetEnumLabel(FieldInfo member) => null;

    /// <summary>Describes the type that a parameter has in the database, where <see cref="DbParameter.DbType"/> does
    /// not tell all: with another type the same text and value may give other rows. Null by default.</summary>
    /// <param name="parameter">A parameter of this driver.</param>
    public virtual string? DescribeParameter(DbParameter parameter) => null;

    /// <summary>Discards the idle connections of a data source's pool.</summary>
    /// <param name="dataSource">The driver's own data source.</param>
    /// <returns>False when the data source is not of this driver; the caller then clears by connection.</returns>
    public virtual bool ClearPool(DbDataSource dataSource) => false;
}
