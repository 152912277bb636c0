using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Npgsql;
using NpgsqlTypes;

namespace DbBreaker.Npgsql;

/// <summary>
/// PostgreSQL through Npgsql. Installing the package is enough; nothing has to be registered. Stateless and safe for
/// concurrent use.
/// </summary>
public sealed class NpgsqlAdapter : DbProviderAdapter
{
    /// <inheritdoc/>
    public override bool CollectsLeakedConnections => false;

    /// <inheritdoc/>
    public override string ProviderName => "postgresql";

    /// <inheritdoc/>
    public override bool Handles(DbConnection connection) => connection is NpgsqlConnection;

    /// <inheritdoc/>
    public override DbFailureKind? Classify(in DbFailure failure) => NpgsqlErrors.Classify(failure);

    /// <inheritdoc/>
    /// <remarks>
    /// 25006, "cannot execute in a read-only transaction": after a failover the pool still holds connections to the
    /// server that is a standby now. They work, so the driver keeps them. A statement in a transaction that the
    /// application itself made read-only fails the same way.
    /// </remarks>
    public override bool IndicatesStalePool(in DbFailure failure) => NpgsqlErrors.IsReadOnly(failure.Exception);

    /// <inheritdoc/>
    /// <remarks>The setting travels with the connection's start, so that it costs no round trip.</remarks>
    public override string MakeReadOnly(string connectionString) => NpgsqlReplicas.MakeReadOnly(connectionString);

    /// <inheritdoc/>
    public override string ReadOnlySessionText => NpgsqlReplicas.ReadOnlySessionText;

    /// <inheritdoc/>
    public override string ReplicaLagText => NpgsqlReplicas.LagText;

    /// <inheritdoc/>
    public override DbEndpoint GetEndpoint(DbConnection connection) =>
        NpgsqlEndpoints.Describe(Require(connection), ProviderName);

    /// <inheritdoc/>
    /// <remarks>Data sources made by <c>WithTargetSession</c> share one string and differ in where they lead.</remarks>
    public override object? GetSource(DbConnection connection) => NpgsqlInternals.DataSourceOf(Require(connection));

    /// <inheritdoc/>
    /// <remarks>
    /// The string, the password, the password provider's current answer and the TLS callbacks are kept; so are the
    /// target session attributes, so that a guard on a primary is not told of a standby. Root certificates that were
    /// given to a data source builder as objects are not: with <c>VerifyCA</c> or <c>VerifyFull</c> such a probe ends
    /// in the TLS handshake, which still shows that the server answers.
    /// </remarks>
    public override DbConnection CreateProbeConnection(DbConnection connection, TimeSpan timeout) =>
        NpgsqlProbes.Create(Require(connection), timeout);

    /// <inheritdoc/>
    /// <remarks>Idle connections are closed at once, busy ones when they are returned. Hosts of a multi-host string
    /// that were found offline are asked again.</remarks>
    public override void ClearPool(DbConnection connection)
    {
        NpgsqlConnection npgsql = Require(connection);
        if (NpgsqlInternals.DataSourceOf(npgsql) is { } dataSource) Clear(dataSource);
        else NpgsqlConnection.ClearPool(npgsql);
    }

    /// <inheritdoc/>
    public override bool ClearPool(DbDataSource dataSource)
    {
        if (dataSource is not NpgsqlDataSource npgsql) return false;
        Clear(npgsql);
        return true;
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Type> CachedTypes => NpgsqlCachedValues.Types;

    /// <inheritdoc/>
    public override DbCachedValue? TakeApart(object value) => NpgsqlCachedValues.TakeApart(value);

    /// <inheritdoc/>
    public override object? PutTogether(DbCachedValue value) => NpgsqlCachedValues.PutTogether(value);

    /// <inheritdoc/>
    public override bool TryConvertCached(object value, Type type, [NotNullWhen(true)] out object? converted) =>
        NpgsqlCachedValues.TryConvert(value, type, out converted);

    /// <inheritdoc/>
    public override Array? ReadArrayWithNulls(DbDataReader reader, int ordinal) =>
        NpgsqlCachedValues.ReadArrayWithNulls(reader, ordinal);

    /// <inheritdoc/>
    public override IReadOnlyList<string?>? ReadEnumLabels(DbDataReader reader, int ordinal) =>
        NpgsqlCachedValues.ReadEnumLabels(reader, ordinal);

    /// <inheritdoc/>
    public override string? GetEnumLabel(FieldInfo member) => member.GetCustomAttribute<PgNameAttribute>()?.PgName;

    /// <inheritdoc/>
    public override string? DescribeParameter(DbParameter parameter) => parameter is NpgsqlParameter npgsql
        ? $"{(int)npgsql.NpgsqlDbType}/{npgsql.DataTypeName}"
        : null;

    // Npgsql remembers an offline host for "Host Recheck Seconds", 10 by default, and fails without asking it. Once a
    // probe was answered that memory is out of date.
    private static void Clear(NpgsqlDataSource dataSource)
    {
        dataSource.Clear();
        NpgsqlInternals.MultiHostOf(dataSource)?.ClearDatabaseStates();
    }

    private static NpgsqlConnection Require(DbConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return connection as NpgsqlConnection ?? throw new ArgumentException(
            $"{nameof(NpgsqlAdapter)} works on NpgsqlConnection, not on {connection.GetType().Name}.",
            nameof(connection));
    }
}
