using Npgsql;

namespace DbBreaker.Npgsql;

/// <summary>Makes connections for the guard's own question to the server.</summary>
internal static class NpgsqlProbes
{
    /// <summary>A probe of several hosts asks each of them, also one that was offline a moment ago.</summary>
    private const int NeverRemember = 0;

    /// <summary>Breaks the connection when a command runs out of time, instead of opening another one to a server that
    /// does not answer in order to cancel it, and waiting for its acknowledgement.</summary>
    private const int BreakAtOnce = -1;

    /// <summary>
    /// A synchronous open with SSL Mode=Prefer can outlive its timeout: the attempt without TLS gets what is left of
    /// it, and less than a millisecond becomes a socket timeout of zero, which is none (2 of 60 opens against a silent
    /// port, Npgsql 10.0.3). GSS Encryption Mode=Prefer makes a second attempt too. Keepalives end such a read when the
    /// peer is gone; a frozen one ends it when it thaws.
    /// </summary>
    private const int IdleSeconds = 5;

    public static NpgsqlConnection Create(NpgsqlConnection connection, TimeSpan timeout)
    {
        NpgsqlConnectionStringBuilder settings = NpgsqlSettings.Read(connection);
        int seconds = (int)Math.Clamp(Math.Ceiling(timeout.TotalSeconds), 1, 1024);
        NpgsqlConnectionStringBuilder probe = new(settings.ConnectionString)
        {
            Pooling = false,
            Multiplexing = false,
            Enlist = false,
            Timeout = seconds,
            CommandTimeout = seconds,
            CancellationTimeout = BreakAtOnce,
            KeepAlive = 0,
            TcpKeepAlive = true,
            TcpKeepAliveTime = IdleSeconds,
            TcpKeepAliveInterval = 1,
            MaxAutoPrepare = 0,
            HostRecheckSeconds = NeverRemember,
        };

        // A data source for one kind of session keeps the kind beside its string.
        if (settings.Host!.Contains(',', StringComparison.Ordinal))
            probe.TargetSessionAttributes = settings.TargetSessionAttributes;
        return connection.CloneWith(probe.ConnectionString);
    }
}
