namespace DbBreaker;

/// <summary>The states of a circuit.</summary>
public enum CircuitState
{
    /// <summary>Calls pass.</summary>
    Closed,

    /// <summary>Calls are rejected at once; the guard's own probe asks for the server.</summary>
    Open,

    /// <summary>The server answered the probe; a few trial calls decide.</summary>
    HalfOpen,

    /// <summary>Held open by hand until <c>DbGuard.Reset</c>.</summary>
    Isolated,
}
