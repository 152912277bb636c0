using Npgsql;

namespace DbBreaker.Npgsql;

/// <summary>The settings of a connection.</summary>
internal static class NpgsqlSettings
{
    /// <summary>Reads the settings the driver itself goes by, or else the connection string. Not to be changed: the
    /// driver shares them between connections.</summary>
    /// <exception cref="ArgumentException">There is no connection string, or it names no host.</exception>
    public static NpgsqlConnectionStringBuilder Read(NpgsqlConnection connection)
    {
        if (string.IsNullOrWhiteSpace(connection.ConnectionString))
        {
            throw new ArgumentException(
                "The NpgsqlConnection has no connection string. Set one with at least Host before it is guarded.",
                nameof(connection));
        }

        NpgsqlConnectionStringBuilder settings =
            NpgsqlInternals.SettingsOf(connection) ?? new NpgsqlConnectionStringBuilder(connection.ConnectionString);
        return string.IsNullOrWhiteSpace(settings.Host)
            ? throw new ArgumentException(
                "The connection string names no Host. Name the server, as in \"Host=db1;Database=orders\".",
                nameof(connection))
            : settings;
    }
}
