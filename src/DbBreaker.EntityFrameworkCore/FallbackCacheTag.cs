using System.Globalization;

namespace DbBreaker.EntityFrameworkCore;

/// <summary>
/// How a query says that it opted in: a comment before its text, the one thing of a query that reaches the interceptor
/// whichever way EF Core runs it. Only whole lines of comment before the statement count, so that no text within it
/// can.
/// </summary>
internal static class FallbackCacheTag
{
    private const string Prefix = "dbbreaker:fallback-cache=", Comment = "-- ";

    public static string For(DbFallbackCacheRequest request) =>
        Prefix + ((long)request.MaxAge.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);

    /// <summary>What the text's comments opt in to, or null; and the text without them, so that the same query of
    /// another age has the same rows.</summary>
    public static DbFallbackCacheRequest? Find(string text, out ReadOnlySpan<char> statement)
    {
        DbFallbackCacheRequest? found = null;
        ReadOnlySpan<char> left = text;
        while (left.Length > 0 && (left[0] is '\r' or '\n' || left.StartsWith("--", StringComparison.Ordinal)))
        {
            int end = left.IndexOf('\n');
            ReadOnlySpan<char> line = (end < 0 ? left : left[..end]).TrimEnd('\r');
            left = end < 0 ? default : left[(end + 1)..];
            if (line.StartsWith(Comment, StringComparison.Ordinal)) found = Read(line[Comment.Length..]) ?? found;
        }

        statement = found is null ? text : left;
        return found;
    }

    private static DbFallbackCacheRequest? Read(ReadOnlySpan<char> comment) =>
        comment.StartsWith(Prefix, StringComparison.Ordinal)
        && long.TryParse(comment[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture,
            out long milliseconds)
        && milliseconds is >= 1 and <= DbGuardDefaults.MaxCacheAgeDays * 86_400_000L
            ? new DbFallbackCacheRequest(TimeSpan.FromMilliseconds(milliseconds))
            : null;
}
