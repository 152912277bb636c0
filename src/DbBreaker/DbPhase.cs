namespace DbBreaker;

/// <summary>What a connection was doing when something failed.</summary>
public enum DbPhase
{
    /// <summary>A connection was being opened: waiting for the pool, connecting, logging in.</summary>
    Opening,

    /// <summary>A command was running and had returned no row yet.</summary>
    Executing,

    /// <summary>Rows were being read.</summary>
    Reading,

    /// <summary>A transaction was being committed. A failure here leaves the outcome unknown.</summary>
    Committing,
}
