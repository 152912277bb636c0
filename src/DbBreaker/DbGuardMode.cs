namespace DbBreaker;

/// <summary>How far a guard goes.</summary>
public enum DbGuardMode
{
    /// <summary>The guard rejects what must not reach the database.</summary>
    Enforce,

    /// <summary>The guard rejects nothing; it counts and reports what it would have done.</summary>
    Observe,

    /// <summary>The guard stands aside: no permits, no evidence, no cost.</summary>
    Disabled,
}
