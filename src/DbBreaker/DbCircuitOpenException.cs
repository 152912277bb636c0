namespace DbBreaker;

/// <summary>The circuit is open or isolated. <see cref="Exception.InnerException"/> is the failure that opened it, when
/// there was one.</summary>
public sealed class DbCircuitOpenException : DbGuardException
{
    internal DbCircuitOpenException(string message, string guardName, TimeSpan retryAfter, Exception? inner)
        : base(message, guardName, retryAfter, inner)
    {
    }
}
