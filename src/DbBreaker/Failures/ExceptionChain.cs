using System.Data.Common;
using System.Net.Sockets;
using System.Security.Authentication;

namespace DbBreaker;

/// <summary>Walks an exception and what it wraps, a bounded way down, and judges the first level that says something.
/// </summary>
internal static class ExceptionChain
{
    /// <summary>Deeper than any driver nests: EF Core, the driver, an aggregate per host, the stream and the socket
    /// make seven.</summary>
    private const int MaxDepth = 16;

    /// <summary>More hosts than a connection string names.</summary>
    private const int MaxAggregated = 64;

    /// <summary>An open that fails after this long waited for something; a caller's mistake fails at once.</summary>
    private static readonly TimeSpan _longerThanAMistake = TimeSpan.FromSeconds(1);

    /// <summary>Judges the exception, or returns null when no level of it says anything.</summary>
    public static DbFailureKind? Judge(DbProviderAdapter adapter, in DbFailure failure, int depth)
    {
        Exception exception = failure.Exception;
        if (depth == MaxDepth) return null;
        if (exception is DbGuardException) return DbFailureKind.Misuse;
        if (adapter.Classify(failure) is { } verdict) return verdict;
        if (exception is AggregateException aggregate) return JudgeAll(adapter, aggregate, failure, depth);
        if (exception is DbException { SqlState: { } sqlState } && SqlStates.Classify(sqlState, failure) is { } kind)
            return kind;

        DbFailureKind? inner = exception.InnerException is { } cause
            ? Judge(adapter, failure with { Exception = cause }, depth + 1)
            : null;
        return exception switch
        {
            OperationCanceledException => ServerIsSilent(inner) ? inner : DbFailureKind.Cancelled,
            TimeoutException => DbFailureKind.Timeout,

            // TLS got as far as looking at the peer's certificate or answer: somebody is there.
            AuthenticationException => ServerIsSilent(inner) ? inner : DbFailureKind.Answered,
            FileNotFoundException or DirectoryNotFoundException or PathTooLongException => DbFailureKind.Misuse,
            SocketException or IOException => DbFailureKind.Unavailable,

            // A driver's error around a disposed stream tells of a connection that went away, not of a mistake.
            DbException when inner is DbFailureKind.Misuse && !IsOwnRejection(exception) => null,
            _ => inner ?? JudgeMistake(failure),
        };
    }

    /// <summary>Whether the exception is, or wraps, a rejection of a guard's own.</summary>
    public static bool IsOwnRejection(Exception exception) => Find<DbGuardException>(exception) is not null;

    /// <summary>Whether a driver's error is in the chain.</summary>
    public static bool HasDriverError(Exception exception) => Find<DbException>(exception) is not null;

    /// <summary>The outermost exception of a type, following inner exceptions only.</summary>
    public static TException? Find<TException>(Exception exception)
        where TException : Exception
    {
        Exception? current = exception;
        for (int depth = 0; depth < MaxDepth && current is not null; depth++)
        {
            if (current is TException found) return found;
            current = current.InnerException;
        }

        return null;
    }

    // Several hosts were asked: the best answer of any of them is what the database as a whole can do.
    private static DbFailureKind? JudgeAll(
        DbProviderAdapter adapter, AggregateException aggregate, in DbFailure failure, int depth)
    {
        DbFailureKind? best = null;
        int count = Math.Min(aggregate.InnerExceptions.Count, MaxAggregated);
        for (int i = 0; i < count; i++)
        {
            DbFailureKind? kind = Judge(adapter, failure with { Exception = aggregate.InnerExceptions[i] }, depth + 1);
            if (kind is not null && (best is null || Rank(kind.Value) > Rank(best.Value))) best = kind;
        }

        return best;
    }

    private static int Rank(DbFailureKind kind) => kind switch
    {
        DbFailureKind.Saturated => 6,
        DbFailureKind.Answered => 5,
        DbFailureKind.Contention => 4,
        DbFailureKind.Unavailable => 3,
        DbFailureKind.Timeout => 2,
        DbFailureKind.Cancelled => 1,
        _ => 0,
    };

    private static bool ServerIsSilent(DbFailureKind? inner) =>
        inner is DbFailureKind.Unavailable or DbFailureKind.Timeout;

    private static DbFailureKind? JudgeMistake(in DbFailure failure) => failure.Exception switch
    {
        ObjectDisposedException => DbFailureKind.Misuse,

        // System.Data's pools report that no connection came in time as a plain InvalidOperationException.
        InvalidOperationException when failure.Phase == DbPhase.Opening && failure.Elapsed >= _longerThanAMistake =>
            DbFailureKind.Timeout,
        InvalidOperationException or ArgumentException or NotSupportedException => DbFailureKind.Misuse,
        InvalidCastException or FormatException or OverflowException => DbFailureKind.Misuse,
        NullReferenceException or IndexOutOfRangeException => DbFailureKind.Misuse,
        _ => null,
    };
}
