using System.Collections.Concurrent;
using System.Data.Common;
using DbBreaker.Data;
using DbBreaker.Fallback.Cache.Stores;
using DbBreaker.Fallback.Cache.Values;

namespace DbBreaker.Fallback.Cache;

/// <summary>The cached rows of one guard: keys, what is recorded, and where it is kept. Safe for concurrent
/// use.</summary>
internal sealed class FallbackCache
{
    private const int MaxIdentities = 256, MaxRecentKeys = 4096, ReadsAtOnce = 64, WritePatience = 10;
    private static readonly TimeSpan _silence = TimeSpan.FromMinutes(1);

    private readonly DbGuard _guard;
    private readonly DbFallbackCacheOptions _limits;
    private readonly MemoryEntries _memory;
    private readonly CacheStore? _store;
    private readonly StoreCalls _calls;
    private readonly StoreCalls _writeCalls;
    private readonly PendingWrites _writes;
    private readonly ConcurrentDictionary<(Type Driver, string Text), string> _identities = new();
    private readonly ConcurrentDictionary<string, (long At, bool OfReplica)> _recorded = new();
    private readonly RecentKeys _keys = new();
    private readonly bool _hasFixedTypes;
    private long _quietUntil = long.MinValue;

    public FallbackCache(DbGuard guard, DbFallbackCacheOptions limits, CacheStore? store, MemoryEntries memory)
    {
        _guard = guard;
        _limits = limits;
        _store = store;
        _memory = memory;
        Codec = new ValueCodec(guard.Adapter);
        // What holds no fixed type per column, or is not known to, is looked at value by value.
        _hasFixedTypes = guard.Adapter is not (SqliteAdapter or NeutralAdapter);
        _calls = new StoreCalls(Time, limits.StoreTimeout, ReadsAtOnce);
        _writeCalls = new StoreCalls(Time, limits.StoreTimeout * WritePatience, ReadsAtOnce);
        _writes = new PendingWrites(StoreAsync);
    }

    public ValueCodec Codec { get; }

    public DbProviderAdapter Adapter => _guard.Adapter;

    public TimeProvider Time => _guard.Time;

    /// <summary>Entries on their way to a cache of the application's.</summary>
    public int PendingCount => _writes.Count;

    /// <summary>The read as the cache knows it, or null when it did not opt in.</summary>
    /// <param name="own">What the command itself says; the flow's <see cref="DbReadScope"/> comes second.</param>
    /// <param name="session">That of the connection.</param>
    /// <param name="shape">What is read.</param>
    public CachedRead? Find(DbFallbackCacheRequest? own, ConnectionSession session, in QueryShape shape)
    {
        DbFallbackCacheRequest? ambient = DbReadScope.Current?.Cache;
        if ((own ?? ambient) is not { } request || _guard.Options.Mode != DbGuardMode.Enforce) return null;
        CacheKey? key = null;
        string? problem;
        try
        {
            key = CacheKeyBuilder.TryBuild(
                (_guard.Name, IdentityOf(session.Connection), session.OtherDatabase),
                (_limits.Scope?.Invoke(), own?.Scope ?? ambient?.Scope),
                shape, Adapter, _keys, out problem);
        }
        catch (Exception exception)
        {
            // A driver's getter or the application's scope; neither may cost the caller a read that the primary
            // answers.
            problem = $"its key could not be made ({exception.GetType().Name})";
        }

        var read = new CachedRead(this, key, request.MaxAge, shape, problem);
        if (problem is not null) Refused(read, problem);
        return read;
    }

    /// <summary>Whether a read is to be kept, or was so lately. What a replica gave does not keep the primary's rows
    /// out.</summary>
    public bool IsDue(CacheKey key, bool ofReplica) => _limits.RefreshInterval <= TimeSpan.Zero
        || !_recorded.TryGetValue(key.Text, out (long At, bool OfReplica) last)
        || (last.OfReplica && !ofReplica)
        || Time.GetElapsedTime(last.At) >= _limits.RefreshInterval;

    public EntryRecorder StartRecorder(CachedRead read) =>
        new(read.Key!, read.Time, Codec, _limits, _hasFixedTypes);

    public void Keep(CachedRead read, byte[] entry)
    {
        CacheKey key = read.Key!;
        string text = key.Text;
        MergeEntries? merge = read.IsOfReplica ? Into(key, entry) : null;
        if (_limits.RefreshInterval > TimeSpan.Zero)
        {
            if (_recorded.Count >= MaxRecentKeys) _recorded.Clear();
            _recorded[text] = (Time.GetTimestamp(), read.IsOfReplica);
        }

        if (_store is not null)
        {
            if (!_writes.TryAdd(text, new PendingWrites.Write(entry, read.MaxAge, merge)))
                StoreFailed("too much waits to be stored");
            return;
        }

        long now = Time.GetTimestamp();
        long expiresAt = now + (long)(read.MaxAge.TotalSeconds * Time.TimestampFrequency);
        _memory.Set(text, entry, now, expiresAt, _limits.MaxTotalBytes, merge);
    }

    public byte[]? Get(CacheKey key)
    {
        string text = key.Text;
        return Nearby(text) ?? (_store is { } store ? _calls.Ask(token => store.GetAsync(text, token)) : null);
    }

    public async ValueTask<byte[]?> GetAsync(CacheKey key, CancellationToken cancellationToken)
    {
        string text = key.Text;
        byte[]? nearby = Nearby(text);
        if (nearby is not null || _store is not { } store) return nearby;
        return await _calls.AskAsync(token => store.GetAsync(text, token), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A read that opted in is not kept: one line for each command.</summary>
    public void Refused(CachedRead read, string why) => _guard.NotCached(read.Shape, why);

    private byte[]? Nearby(string key)
    {
        if (_store is not null) return _writes.Find(key);
        return _memory.TryGet(key, Time.GetTimestamp(), out byte[]? entry) ? entry : null;
    }

    private string IdentityOf(DbConnection connection)
    {
        (Type, string) text = (connection.GetType(), connection.ConnectionString);
        if (_identities.TryGetValue(text, out string? known)) return known;
        string identity = ConnectionIdentity.Of(connection);
        if (_identities.Count >= MaxIdentities) _identities.Clear();
        return _identities[text] = identity;
    }

    private static MergeEntries Into(CacheKey key, byte[] replicas) => found => EntryFormat.Merge(found, replicas, key);

    private async Task StoreAsync(string key, PendingWrites.Write write)
    {
        try
        {
            await _writeCalls.AskAsync(
                async token =>
                {
                    // Another process may have stored meanwhile what has more. Two at once cannot be told apart.
                    byte[]? found = write.Merge is null
                        ? null : await _store!.GetAsync(key, token).ConfigureAwait(false);
                    byte[] entry = found is null ? write.Entry : write.Merge!(found);
                    if (!ReferenceEquals(entry, found))
                        await _store!.SetAsync(key, entry, write.Lifetime, token).ConfigureAwait(false);
                    return true;
                },
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The caller has its rows; that the next outage will find none is the operator's news.
            StoreFailed(exception.GetType().Name);
        }
    }

    private void StoreFailed(string why)
    {
        long now = Time.GetTimestamp(), until = Volatile.Read(ref _quietUntil);
        if (now < until) return;
        long next = now + (long)(_silence.TotalSeconds * Time.TimestampFrequency);
        if (Interlocked.CompareExchange(ref _quietUntil, next, until) == until)
            _guard.CacheNotWritten(why, _silence);
    }
}
