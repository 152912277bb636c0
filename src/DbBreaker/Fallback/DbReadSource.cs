namespace DbBreaker;

/// <summary>What answered a read.</summary>
public enum DbReadSource
{
    /// <summary>The database itself.</summary>
    Primary,

    /// <summary>A replica, see
    /// <see cref="DbGuardOptions.FallbackToReplica(string, Action{DbGuardOptions}?)"/>.</summary>
    Replica,

    /// <summary>Rows of an earlier answer.</summary>
    Cache,

    /// <summary>The application's own <see cref="DbGuardOptions.Fallback"/>.</summary>
    Hook,
}
