using Microsoft.Data.SqlClient;

namespace DbBreaker.SqlClient;

/// <summary>The guard's key of a connection string (rule 18).</summary>
internal static class SqlClientEndpoint
{
    private const int DefaultPort = 1433;

    public static DbEndpoint Describe(SqlConnection connection, string provider)
    {
        SqlConnectionStringBuilder settings = Read(connection);
        (string server, int? port) = ParseServer(settings.DataSource);
        string address = port is null ? server : $"{server}:{port}";
        string key = string.Join(
            ';',
            provider,
            address,
            $"partner={ParseServer(settings.FailoverPartner).Server}",
            $"database={settings.InitialCatalog.ToUpperInvariant()}",
            $"file={settings.AttachDBFilename}",
            $"user={User(connection, settings)}",
            $"intent={settings.ApplicationIntent}",
            $"pool={(settings.Pooling ? $"{settings.MinPoolSize}..{settings.MaxPoolSize}" : "none")}");
        string database = settings.InitialCatalog.Length == 0 ? "" : $"/{settings.InitialCatalog}";
        return new DbEndpoint(
            key,
            $"{provider}://{address}{database}",
            settings.Pooling ? settings.MaxPoolSize : null,
            settings.ConnectTimeout > 0 ? TimeSpan.FromSeconds(settings.ConnectTimeout) : null);
    }

    /// <summary>The connection's settings; the password is missing once it has been opened.</summary>
    public static SqlConnectionStringBuilder Read(SqlConnection connection)
    {
        if (string.IsNullOrWhiteSpace(connection.ConnectionString))
        {
            throw new ArgumentException(
                "The SqlConnection has no connection string. Set it before the connection is guarded.",
                nameof(connection));
        }

        return new SqlConnectionStringBuilder(connection.ConnectionString);
    }

    // Application Name is left out although it makes a pool of its own: EF Core appends its name and version, and its
    // connections and those of the same application's plain ADO.NET are one server's traffic.
    private static string User(SqlConnection connection, SqlConnectionStringBuilder settings)
    {
        if (settings.IntegratedSecurity) return "integrated";
        string user = connection.Credential?.UserId ?? settings.UserID;
        return settings.Authentication == SqlAuthenticationMethod.NotSpecified
            ? user
            : $"{settings.Authentication}/{user}";
    }

    // tcp:host,port - host\instance - np:\\host\pipe\sql\query - (localdb)\name; '.' and '(local)' are this machine.
    private static (string Server, int? Port) ParseServer(string dataSource)
    {
        string server = dataSource.Trim().ToLowerInvariant();
        if (server.StartsWith("tcp:", StringComparison.Ordinal)) server = server[4..].Trim();
        if (server.Contains(':', StringComparison.Ordinal) && !server.Contains('[', StringComparison.Ordinal)
            && !System.Net.IPAddress.TryParse(server.Split(',')[0], out _))
        {
            return (server, null);
        }

        int? port = null;
        int comma = server.LastIndexOf(',');
        if (comma >= 0)
        {
            if (int.TryParse(server.AsSpan(comma + 1), out int number)) port = number;
            server = server[..comma].Trim();
        }

        string[] parts = server.Split('\\', 2);
        if (parts[0] is "." or "(local)" or "") parts[0] = "localhost";

        // A port makes the instance's name irrelevant; without either the default instance answers on its port.
        if (port is not null) return (parts[0], port);
        bool isDefaultInstance = parts.Length == 1 || parts[1] == "mssqlserver";
        return isDefaultInstance ? (parts[0], DefaultPort) : (string.Join('\\', parts), null);
    }
}
