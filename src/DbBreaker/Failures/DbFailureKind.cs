namespace DbBreaker;

/// <summary>What an exception says about the server. Only two kinds are failures of the circuit.</summary>
public enum DbFailureKind
{
    /// <summary>The server could not be reached or went away. A failure.</summary>
    Unavailable,

    /// <summary>No answer in time. A failure when the connection did not survive it, else an answer.</summary>
    Timeout,

    /// <summary>A pool or the server is full. Never opens a circuit; counted apart.</summary>
    Saturated,

    /// <summary>Deadlock, serialization failure, lock timeout: the server answers. Counts as success.</summary>
    Contention,

    /// <summary>The server answered with an error of the statement or the login. Counts as success.</summary>
    Answered,

    /// <summary>The caller gave up. No evidence, unless the connection broke.</summary>
    Cancelled,

    /// <summary>The call was wrong on the client's side. No evidence.</summary>
    Misuse,
}
