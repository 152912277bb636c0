namespace DbBreaker.TestKit;

/// <summary>What a <see cref="MariaDbServer"/> is started with.</summary>
public sealed record MariaDbServerOptions
{
    /// <summary>Where the server comes from; any source unless set.</summary>
    public ServerSource Source { get; init; } = ServerSource.Any;

    /// <summary>The database that is there from the start; <c>dbbreaker</c> unless set.</summary>
    public string Database { get; init; } = "dbbreaker";

    /// <summary>The user, who may do everything; <see cref="Secrets.User"/> unless set.</summary>
    public string User { get; init; } = Secrets.User;

    /// <summary>The user's password; <see cref="Secrets.Password"/> unless set.</summary>
    public string Password { get; init; } = Secrets.Password;

    /// <summary><c>max_connections</c>; 100 unless set. One more is kept for users who may do everything.</summary>
    public int MaxConnections { get; init; } = 100;

    /// <summary>Further settings by their option name, such as <c>wait-timeout</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>How long the server may take until it answers; 90 s unless set.</summary>
    public TimeSpan ReadyDeadline { get; init; } = TimeSpan.FromSeconds(90);

    internal string InitSql =>
        $"""
        CREATE DATABASE IF NOT EXISTS `{Database}`;
        CREATE USER IF NOT EXISTS '{User}'@'%' IDENTIFIED BY '{Password}';
        GRANT ALL ON *.* TO '{User}'@'%' WITH GRANT OPTION;

        """;

    internal IEnumerable<string> ServerArguments() =>
        // What was committed survives a killed server, though not a machine that loses power.
        [
            $"--max-connections={MaxConnections}", "--innodb-flush-log-at-trx-commit=2", "--skip-name-resolve",
            .. Settings.Select(setting => $"--{setting.Key}={setting.Value}"),
        ];
}
