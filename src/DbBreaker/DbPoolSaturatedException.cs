namespace DbBreaker;

/// <summary>Every permit is in use and waiting for one would take too long. The message says how many permits and
/// waiters there are, how old the longest holds are, and whether the server answers.</summary>
public sealed class DbPoolSaturatedException : DbGuardException
{
    internal DbPoolSaturatedException(string message, string guardName, TimeSpan retryAfter, Exception? inner)
        : base(message, guardName, retryAfter, inner)
    {
    }
}
