namespace DbBreaker.TestKit;

/// <summary>How a server is asked to go; the names are PostgreSQL's.</summary>
public enum PostgresShutdown
{
    /// <summary>SIGTERM: waits until every session has ended by itself.</summary>
    Smart,

    /// <summary>SIGINT: ends sessions with 57P01 and shuts down cleanly.</summary>
    Fast,

    /// <summary>SIGQUIT: ends at once with 57P02 and recovers at the next start.</summary>
    Immediate,
}
