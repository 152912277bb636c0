using DbBreaker;
using DbBreaker.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace Microsoft.EntityFrameworkCore;

/// <summary>Opts queries in to cached rows.</summary>
public static class FallbackCacheQueryableExtensions
{
    /// <summary>
    /// Keeps the query's rows, and lets them answer it while neither the primary nor a replica can. It needs a guard
    /// with <c>FallbackToCache</c>; without one the query runs as always. Works with <c>Include</c>, split queries, raw
    /// SQL and compiled queries. The rows are given to whoever asks the same with the same parameters; a
    /// <see cref="DbReadScope"/> or <see cref="DbFallbackCacheOptions.Scope"/> keeps tenants or users apart that the
    /// query's own parameters do not.
    /// </summary>
    /// <typeparam name="T">What the query gives.</typeparam>
    /// <param name="source">A query of EF Core.</param>
    /// <param name="maxAge">How old the rows may be: 1 millisecond to 365 days. Each value makes a query text of its
    /// own, so use a few.</param>
    /// <returns>The query with a comment, which the server ignores.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxAge"/> is out of range.</exception>
    public static IQueryable<T> WithFallbackCache<T>(
        this IQueryable<T> source, [NotParameterized] TimeSpan maxAge)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.TagWith(FallbackCacheTag.For(new DbFallbackCacheRequest(maxAge)));
    }
}
