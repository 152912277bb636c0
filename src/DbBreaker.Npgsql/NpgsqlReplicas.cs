using Npgsql;

namespace DbBreaker.Npgsql;

/// <summary>How a PostgreSQL replica is kept from writing and asked how far it is behind.</summary>
internal static class NpgsqlReplicas
{
    public const string ReadOnlySessionText = "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY";

    /// <summary>
    /// A server that is no standby (any more) misses nothing. A standby that hears from its primary and has replayed
    /// all it received is level with it, however long nothing has happened there. Otherwise it is behind by the time
    /// since the commit that it replayed last. The receiver's process is visible to every user, what it does is not.
    /// </summary>
    public const string LagText = """
        SELECT (CASE
            WHEN NOT pg_is_in_recovery() THEN 0
            WHEN hears AND pg_last_wal_replay_lsn() >= pg_last_wal_receive_lsn() THEN 0
            ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END)::float8, hears
        FROM (SELECT EXISTS (SELECT FROM pg_stat_wal_receiver) AS hears) AS receiver
        """;

    private const string ReadOnlyOption = "-c default_transaction_read_only=on";

    public static string MakeReadOnly(string connectionString)
    {
        NpgsqlConnectionStringBuilder settings = new(connectionString);
        settings.Options = string.IsNullOrWhiteSpace(settings.Options)
            ? ReadOnlyOption
            : $"{settings.Options} {ReadOnlyOption}";
        return settings.ConnectionString;
    }
}
