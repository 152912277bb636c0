using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.Data.SqlClient;

namespace DbBreaker.SqlClient;

/// <summary>
/// What Microsoft.Data.SqlClient tells about SQL Server and Azure SQL: error numbers and classes, the pool's limits, a
/// probe that the driver's blocking period cannot answer for, and pool clearing. Found by installing this package. Safe
/// for concurrent use.
/// </summary>
public sealed class SqlClientAdapter : DbProviderAdapter
{
    // The pool caches a failed open and throws clones of it for 5 to 60 seconds. A clone is a new object that shares
    // the original's collection of errors, and nothing else does; the first exception seen with a collection is the
    // evidence. The table keeps neither of them alive.
    private readonly ConditionalWeakTable<SqlErrorCollection, SqlException> _firstSeen = [];

    /// <inheritdoc/>
    public override string? DescribeParameter(DbParameter parameter) =>
        parameter is SqlParameter sql ? $"{(int)sql.SqlDbType}/{sql.TypeName}/{sql.UdtTypeName}" : null;

    /// <inheritdoc/>
    public override string ProviderName => "mssql";

    /// <inheritdoc/>
    public override bool Handles(DbConnection connection) => connection is SqlConnection;

    /// <inheritdoc/>
    public override DbFailureKind? Classify(in DbFailure failure) => SqlClientClassifier.Classify(failure);

    /// <inheritdoc/>
    public override bool IsRepeated(in DbFailure failure)
    {
        if (failure.Phase != DbPhase.Opening
            || SqlClientClassifier.Find(failure.Exception) is not { } exception)
        {
            return false;
        }

        return !ReferenceEquals(_firstSeen.GetValue(exception.Errors, _ => exception), exception);
    }

    /// <inheritdoc/>
    public override bool IndicatesStalePool(in DbFailure failure)
    {
        if (SqlClientClassifier.Find(failure.Exception) is not { } exception) return false;
        foreach (SqlError error in exception.Errors)
        {
            if (error.Number == SqlClientErrors.DatabaseIsReadOnly) return true;
        }

        return false;
    }

    /// <inheritdoc/>
    /// <remarks>SQL Server has no read-only sessions. The intent leads to a readable secondary of an availability
    /// group, which refuses writes itself; a replica of another kind has to do so on its own.</remarks>
    public override string MakeReadOnly(string connectionString) =>
        new SqlConnectionStringBuilder(connectionString)
        {
            ApplicationIntent = ApplicationIntent.ReadOnly,
        }.ConnectionString;

    /// <inheritdoc/>
    /// <remarks>3906: the database is read-only.</remarks>
    public override bool IsReadOnlyRefusal(in DbFailure failure) =>
        SqlClientClassifier.Find(failure.Exception) is { Number: 3906 };

    /// <inheritdoc/>
    public override DbEndpoint GetEndpoint(DbConnection connection) =>
        SqlClientEndpoint.Describe(Require(connection), ProviderName);

    /// <inheritdoc/>
    public override DbConnection CreateProbeConnection(DbConnection connection, TimeSpan timeout)
    {
        SqlConnection original = Require(connection);
        SqlConnectionStringBuilder settings = SqlClientEndpoint.Read(original);
        if (!HasCredentials(original, settings))
        {
            throw new NotSupportedException(
                "The SqlConnection has been opened, and without 'Persist Security Info' SqlClient forgets the password "
                + "or token then. Make the probe from a connection that was never opened.");
        }

        int seconds = Math.Max(1, (int)Math.Ceiling(timeout.TotalSeconds));
        settings.Pooling = false;
        settings.Enlist = false;
        settings.ConnectRetryCount = 0;
        settings.ConnectTimeout = seconds;
        settings.CommandTimeout = seconds;

        SqlConnection probe = new(settings.ConnectionString);
        if (original.Credential is { } credential) probe.Credential = credential;
        if (original.AccessToken is { } token) probe.AccessToken = token;
        if (original.AccessTokenCallback is { } callback) probe.AccessTokenCallback = callback;
        if (original.SspiContextProvider is { } provider) probe.SspiContextProvider = provider;
        return probe;
    }

    /// <inheritdoc/>
    /// <remarks>A stream and a text reader over null are empty.</remarks>
    public override bool TryConvertCached(object value, Type type, [NotNullWhen(true)] out object? converted)
    {
        converted = value is not DBNull ? null
            : type == typeof(Stream) ? Stream.Null
            : type == typeof(TextReader) ? TextReader.Null
            : null;
        return converted is not null;
    }

    /// <summary>
    /// Discards the idle connections of the pool, and those in use when they are returned. It also ends the pool's
    /// blocking period. In SqlClient 7.1.0 an asynchronous open that is under way at this moment fails with the
    /// pool's timeout (dotnet/SqlClient#4714).
    /// </summary>
    /// <param name="connection">A connection of the pool, open or closed.</param>
    public override void ClearPool(DbConnection connection) => SqlConnection.ClearPool(Require(connection));

    // A login without its password would be refused, which proves that the server answers, but again and again it can
    // lock the account.
    private static bool HasCredentials(SqlConnection connection, SqlConnectionStringBuilder settings) =>
        settings.IntegratedSecurity
        || settings.Password.Length > 0
        || connection.Credential is not null
        || connection.AccessToken is not null
        || connection.AccessTokenCallback is not null
        || connection.SspiContextProvider is not null
        || settings.Authentication is not (SqlAuthenticationMethod.NotSpecified
            or SqlAuthenticationMethod.SqlPassword
            or SqlAuthenticationMethod.ActiveDirectoryServicePrincipal);

    private static SqlConnection Require(DbConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return connection as SqlConnection ?? throw new ArgumentException(
            $"{nameof(SqlClientAdapter)} works on SqlConnection, not on {connection.GetType().Name}.",
            nameof(connection));
    }
}
