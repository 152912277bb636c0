using System.Data.Common;

namespace DbBreaker;

/// <summary>
/// A call that a guard rejected before it reached the database. It is a <see cref="DbException"/>, so that existing
/// handlers see it, and neither a timeout nor a driver's exception, so that EF Core's retrying strategies leave it
/// alone.
/// </summary>
public abstract class DbGuardException : DbException
{
    private string? _explanation;

    private protected DbGuardException(string message, string guardName, TimeSpan retryAfter, Exception? inner)
        : base(message, inner)
    {
        GuardName = guardName;
        RetryAfter = retryAfter;
    }

    /// <summary>Gets what happened, and why no fallback helped when there was one. Without secrets.</summary>
    public override string Message => _explanation is null ? base.Message : $"{base.Message} {_explanation}";

    /// <summary>Gets the name of the guard that rejected the call.</summary>
    public string GuardName { get; }

    /// <summary>Gets how long to wait before trying again makes sense. Never negative, never later than the next chance
    /// to pass. It is measured at the moment of the rejection.</summary>
    public TimeSpan RetryAfter { get; }

    /// <summary>Gets what the fallbacks threw, in the order they were asked; empty when none was asked or none threw.
    /// </summary>
    public IReadOnlyList<Exception> FallbackErrors { get; private set; } = [];

    /// <summary>Gets true: the same call may succeed later.</summary>
    public override bool IsTransient => true;

    internal void Explain(string explanation, IReadOnlyList<Exception> errors)
    {
        _explanation = explanation;
        FallbackErrors = errors;
    }
}
