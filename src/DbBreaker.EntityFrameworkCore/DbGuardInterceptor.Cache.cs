using System.Data;
using System.Data.Common;
using DbBreaker.Fallback.Cache;

namespace DbBreaker.EntityFrameworkCore;

// Queries that opted in to cached rows: what they say is read before they run, and their reader is replaced by one that
// notes the rows, never that of SaveChanges, which providers cast to their own type.
public sealed partial class DbGuardInterceptor
{
    private static CachedRead? FindCached(TrackedConnection tracked, DbCommand command)
    {
        if (tracked.Session.Guard.Fallbacks?.Cache is not { } cache) return null;
        string text = command.CommandText;
        DbFallbackCacheRequest? own = FallbackCacheTag.Find(text, out ReadOnlySpan<char> statement);
        return cache.Find(
            own, tracked.Session, new QueryShape(command, CommandBehavior.Default, isScalar: false, statement));
    }
}
