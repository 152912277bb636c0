using System.Data.Common;

namespace DbBreaker;

/// <summary>
/// A call that a guard rejected before it reached the database. It is a <see cref="DbException"/>, so that existing
/// handlers see it, and neither a timeout nor a driver's exception, so that EF Core's retrying strategies leave it alone.
/// </summary>
public abstract class DbGuardException : DbException
{
    private protected DbGuardException(string message, string guardName, TimeSpan retryAfter, Exception? inner)
        : base(message, inner)
    {
        GuardName = guardName;
        RetryAfter = retryAfter;
    }

    /// <summary>Gets the name of the guard that rejected the call.</summary>
    public string GuardName { get; }

    /// <summary>Gets how long to wait before trying again makes sense. Never negative, never later than the next chance
    /// to pass. It is measured at the moment of the rejection.</summary>
    public TimeSpan RetryAfter { get; }

    /// <summary>Gets true: the same call may succeed later.</summary>
    public override bool IsTransient => true;
}
