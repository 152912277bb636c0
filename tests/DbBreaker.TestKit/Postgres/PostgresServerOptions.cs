namespace DbBreaker.TestKit;

/// <summary>What a <see cref="PostgresServer"/> is started with.</summary>
public sealed record PostgresServerOptions
{
    /// <summary>Where the server comes from; any source unless set.</summary>
    public ServerSource Source { get; init; } = ServerSource.Any;

    /// <summary>The database that is there from the start; <c>dbbreaker</c> unless set.</summary>
    public string Database { get; init; } = "dbbreaker";

    /// <summary>The superuser; <see cref="Secrets.User"/> unless set.</summary>
    public string User { get; init; } = Secrets.User;

    /// <summary>The superuser's password; <see cref="Secrets.Password"/> unless set.</summary>
    public string Password { get; init; } = Secrets.Password;

    /// <summary><c>max_connections</c>; 100 unless set. Three of them are kept for superusers by PostgreSQL.</summary>
    public int MaxConnections { get; init; } = 100;

    /// <summary>Further settings by their name in <c>postgresql.conf</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// The connection info of a primary, as libpq reads it: the server becomes its streaming standby. See
    /// <see cref="PostgresPair"/>.
    /// </summary>
    public string? PrimaryConnInfo { get; init; }

    /// <summary>The container network to join; the engine's default unless set. Ignored by local binaries.</summary>
    public string? Network { get; init; }

    /// <summary>The server's name inside <see cref="Network"/>.</summary>
    public string? NetworkAlias { get; init; }

    /// <summary>How long the server may take until it answers; 60 s unless set.</summary>
    public TimeSpan ReadyDeadline { get; init; } = TimeSpan.FromSeconds(60);

    internal IEnumerable<string> ServerArguments()
    {
        // Nothing here survives the machine, so nothing has to reach the disk; but what was committed survives a
        // killed server, and for that it has to reach the operating system.
        string[] basics =
            ["-c", "fsync=off", "-c", "synchronous_commit=on", "-c", $"max_connections={MaxConnections}"];
        return basics.Concat(Settings.SelectMany(setting => (string[])["-c", $"{setting.Key}={setting.Value}"]));
    }
}
