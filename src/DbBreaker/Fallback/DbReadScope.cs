using System.Collections.Concurrent;

namespace DbBreaker;

/// <summary>
/// Collects, for everything that runs between <see cref="Begin"/> and <see cref="Dispose"/> and follows from it
/// (awaited calls and tasks started within), which reads were not answered by the primary. Scopes may nest; an inner
/// one's reads belong to the outer ones too. Members may be called from any thread.
/// </summary>
/// <example>
/// <code>
/// using DbReadScope reads = DbReadScope.Begin();
/// List&lt;Order&gt; orders = await context.Orders.ToListAsync();
/// if (reads.Latest is { } origin) Response.Headers.Age = $"{origin.Age?.TotalSeconds:0}";
/// </code>
/// </example>
public sealed class DbReadScope : IDisposable
{
    private static readonly AsyncLocal<DbReadScope?> _current = new();

    private readonly Lock _lock = new();
    private readonly DbReadScope? _outer;
    private DbReadOrigin? _latest;
    private DbReadOrigin? _oldest;
    private ConcurrentDictionary<DbGuard, long>? _writes;
    private int _count;

    private DbReadScope(DbReadScope? outer, DbFallbackCacheRequest? cache)
    {
        _outer = outer;
        Cache = cache ?? outer?.Cache;
    }

    /// <summary>Gets the innermost scope of the current flow, or null.</summary>
    public static DbReadScope? Current => _current.Value;

    /// <summary>Gets where the latest read that the primary did not answer came from; null while it answered all.
    /// </summary>
    public DbReadOrigin? Latest => Volatile.Read(ref _latest);

    /// <summary>Gets the one of greatest age among them; an unknown age counts as the greatest.</summary>
    public DbReadOrigin? Oldest => Volatile.Read(ref _oldest);

    /// <summary>Gets how many reads the primary did not answer.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Begins a scope; the current flow has it until it is disposed.</summary>
    public static DbReadScope Begin() => _current.Value = new DbReadScope(_current.Value, null);

    /// <summary>Begins a scope whose reads all opt in to cached rows, as if each were given <c>WithFallbackCache</c>:
    /// for Dapper, which makes its own commands. What a command says for itself comes first, also of scopes within.
    /// Reads only: what writes in the guise of a read does not belong in it.</summary>
    /// <param name="maxAge">How old the rows may be: 1 millisecond to 365 days.</param>
    /// <param name="scope">Who may see them, such as a tenant; null for whoever asks the same.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxAge"/> is out of range.</exception>
    public static DbReadScope BeginWithFallbackCache(TimeSpan maxAge, string? scope = null) =>
        _current.Value = new DbReadScope(_current.Value, new DbFallbackCacheRequest(maxAge, scope));

    /// <summary>Ends the scope. What it collected stays readable.</summary>
    public void Dispose()
    {
        if (_current.Value == this) _current.Value = _outer;
    }

    /// <summary>What the reads of the scope opt in to, an outer scope's when this one says nothing.</summary>
    internal DbFallbackCacheRequest? Cache { get; }

    internal void Wrote(DbGuard guard, long at) => LazyInitializer.EnsureInitialized(ref Root._writes)[guard] = at;

    internal bool WroteWithin(DbGuard guard, TimeSpan time) => Volatile.Read(ref Root._writes) is { } writes
        && writes.TryGetValue(guard, out long at) && guard.Clock.Time.GetElapsedTime(at) < time;

    // A flow is all that its outermost scope holds.
    private DbReadScope Root
    {
        get
        {
            DbReadScope root = this;
            while (root._outer is { } outer) root = outer;
            return root;
        }
    }

    internal void Add(DbReadOrigin origin)
    {
        for (DbReadScope? scope = this; scope is not null; scope = scope._outer)
        {
            lock (scope._lock)
            {
                scope._count++;
                scope._latest = origin;
                if (scope._oldest is null || IsOlder(origin, scope._oldest)) scope._oldest = origin;
            }
        }
    }

    private static bool IsOlder(DbReadOrigin one, DbReadOrigin other) =>
        other.Age is not null && (one.Age is null || one.Age > other.Age);
}
