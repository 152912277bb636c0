using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using MySqlConnector;

namespace DbBreaker.MySqlConnector;

/// <summary>
/// MySQL and MariaDB through MySqlConnector. Installing the package is enough; nothing has to be registered. Stateless
/// and safe for concurrent use.
/// </summary>
public sealed class MySqlConnectorAdapter : DbProviderAdapter
{
    /// <summary>Closes the socket when a command runs out of time, instead of opening another connection to a server
    /// that does not answer in order to kill the query.</summary>
    private const int BreakAtOnce = -1;

    /// <inheritdoc/>
    public override string? DescribeParameter(DbParameter parameter) =>
        parameter is MySqlParameter sql ? $"{(int)sql.MySqlDbType}" : null;

    /// <inheritdoc/>
    public override string ProviderName => "mysql";

    /// <inheritdoc/>
    public override bool Handles(DbConnection connection) => connection is MySqlConnection;

    /// <inheritdoc/>
    public override DbFailureKind? Classify(in DbFailure failure) => MySqlClassifier.Classify(failure);

    /// <inheritdoc/>
    /// <remarks>
    /// 1290, 1792 and 1836: the server takes no writes. After a failover the pool still holds connections to what has
    /// become a replica. They work, so the driver keeps them. A transaction that the application itself made read-only
    /// fails the same way.
    /// </remarks>
    public override bool IndicatesStalePool(in DbFailure failure) =>
        MySqlClassifier.Find(failure.Exception) is { } exception && MySqlErrors.IsReadOnly(exception.Number);

    /// <inheritdoc/>
    public override string ReadOnlySessionText => "SET SESSION TRANSACTION READ ONLY";

    /// <inheritdoc/>
    /// <remarks>1290, 1792 and 1836.</remarks>
    public override bool IsReadOnlyRefusal(in DbFailure failure) => IndicatesStalePool(failure);

    /// <inheritdoc/>
    public override DbEndpoint GetEndpoint(DbConnection connection) =>
        MySqlEndpoint.Describe(Require(connection), ProviderName);

    /// <inheritdoc/>
    /// <remarks>The password, the password provider and the TLS callbacks are kept; a data source's callback for opened
    /// connections is not run.</remarks>
    public override DbConnection CreateProbeConnection(DbConnection connection, TimeSpan timeout)
    {
        MySqlConnection original = Require(connection);
        uint seconds = (uint)Math.Clamp(Math.Ceiling(timeout.TotalSeconds), 1, 3600);
        MySqlConnectionStringBuilder settings = MySqlEndpoint.Read(original);
        settings.Pooling = false;
        settings.AutoEnlist = false;
        settings.ConnectionTimeout = seconds;
        settings.DefaultCommandTimeout = seconds;
        settings.CancellationTimeout = BreakAtOnce;

        MySqlConnection probe = original.CloneWith(settings.ConnectionString);
        MySqlInternals.ForgetOpenedCallback(probe);
        return probe;
    }

    /// <inheritdoc/>
    /// <remarks>Idle connections are closed at once, or, in a data source's pool, when it is their turn; busy ones when
    /// they are returned.</remarks>
    public override void ClearPool(DbConnection connection)
    {
        MySqlConnection original = Require(connection);
        if (MySqlInternals.DataSourceOf(original) is not { } dataSource || !MySqlInternals.TryClear(dataSource))
        {
            MySqlConnection.ClearPool(original);
        }
    }

    /// <inheritdoc/>
    public override bool ClearPool(DbDataSource dataSource) =>
        dataSource is MySqlDataSource mySql && MySqlInternals.TryClear(mySql);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Type> CachedTypes => MySqlCachedValues.Types;

    /// <inheritdoc/>
    public override DbCachedValue? TakeApart(object value) => MySqlCachedValues.TakeApart(value);

    /// <inheritdoc/>
    public override object? PutTogether(DbCachedValue value) => MySqlCachedValues.PutTogether(value);

    /// <inheritdoc/>
    public override bool TryConvertCached(object value, Type type, [NotNullWhen(true)] out object? converted) =>
        MySqlCachedValues.TryConvert(value, type, out converted);

    private static MySqlConnection Require(DbConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return connection as MySqlConnection ?? throw new ArgumentException(
            $"{nameof(MySqlConnectorAdapter)} works on MySqlConnection, not on {connection.GetType().Name}.",
            nameof(connection));
    }
}
