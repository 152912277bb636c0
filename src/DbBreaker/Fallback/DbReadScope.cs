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
    private int _count;

    private DbReadScope(DbReadScope? outer) => _outer = outer;

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
    public static DbReadScope Begin() => _current.Value = new DbReadScope(_current.Value);

    /// <summary>Ends the scope. What it collected stays readable.</summary>
    public void Dispose()
    {
        if (_current.Value == this) _current.Value = _outer;
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
