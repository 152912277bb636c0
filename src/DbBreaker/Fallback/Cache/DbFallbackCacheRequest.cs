namespace DbBreaker;

/// <summary>Opts one command in: its rows are kept, and may answer it while neither the primary nor a replica can. Opt
/// in only what only reads. Immutable.</summary>
public sealed record DbFallbackCacheRequest
{
    /// <summary>Opts a command in.</summary>
    /// <param name="maxAge">How old its rows may be when they are given.</param>
    /// <param name="scope">Who may see them, such as a tenant or a user; they are given to reads of the same scope
    /// only.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxAge"/> is not within 1 millisecond and 365
    /// days.
    /// </exception>
    public DbFallbackCacheRequest(TimeSpan maxAge, string? scope = null)
    {
        if (maxAge < TimeSpan.FromMilliseconds(1) || maxAge > TimeSpan.FromDays(DbGuardDefaults.MaxCacheAgeDays))
        {
            throw new ArgumentOutOfRangeException(
                nameof(maxAge), $"The greatest age of cached rows is {maxAge}; accepted is 1 ms to "
                    + $"{DbGuardDefaults.MaxCacheAgeDays} days.");
        }

        MaxAge = maxAge;
        Scope = scope;
    }

    /// <summary>Gets how old the rows may be.</summary>
    public TimeSpan MaxAge { get; }

    /// <summary>Gets who may see them; null for whoever asks the same.</summary>
    public string? Scope { get; }
}
