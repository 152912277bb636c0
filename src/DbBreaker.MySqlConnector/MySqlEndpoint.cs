using MySqlConnector;

namespace DbBreaker.MySqlConnector;

/// <summary>The guard's key of a connection string (rule 18).</summary>
internal static class MySqlEndpoint
{
    public static DbEndpoint Describe(MySqlConnection connection, string provider)
    {
        MySqlConnectionStringBuilder settings = Read(connection);
        string[] hosts = settings.Server.ToLowerInvariant()
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        string address = settings.ConnectionProtocol switch
        {
            MySqlConnectionProtocol.UnixSocket => settings.Server,
            MySqlConnectionProtocol.NamedPipe => $"{settings.Server}/pipe/{settings.PipeName}",
            _ => string.Join(',', hosts.Select(host => $"{host}:{settings.Port}")),
        };

        // What only gives the driver another pool to the same server is left out: application name, timeouts,
        // encoding. One database must not split into two guards of which each sees half the failures.
        string key = string.Join(
            ';',
            provider,
            address,
            $"database={settings.Database}",
            $"user={settings.UserID}",
            $"balance={(hosts.Length > 1 ? settings.LoadBalance : "")}",
            $"pool={(settings.Pooling ? $"{settings.MinimumPoolSize}..{settings.MaximumPoolSize}" : "none")}");
        string database = settings.Database.Length == 0 ? "" : $"/{settings.Database}";
        return new DbEndpoint(
            key,
            $"{provider}://{address}{database}",
            settings.Pooling ? (int)Math.Min(settings.MaximumPoolSize, int.MaxValue) : null,
            settings.ConnectionTimeout > 0 ? TimeSpan.FromSeconds(settings.ConnectionTimeout) : null);
    }

    /// <summary>The connection's settings; the password is missing once it has been opened.</summary>
    public static MySqlConnectionStringBuilder Read(MySqlConnection connection)
    {
        if (string.IsNullOrWhiteSpace(connection.ConnectionString))
        {
            throw new ArgumentException(
                "The MySqlConnection has no connection string. Set it before the connection is guarded.",
                nameof(connection));
        }

        return new MySqlConnectionStringBuilder(connection.ConnectionString);
    }
}
