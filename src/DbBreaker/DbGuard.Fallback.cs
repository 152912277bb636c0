using System.Collections.Concurrent;
using DbBreaker.CircuitBreaker;
using DbBreaker.Fallback;
using DbBreaker.Fallback.Cache;
using DbBreaker.Fallback.Cache.Stores;
using DbBreaker.Telemetry;

namespace DbBreaker;

// What answers reads while this guard rejects, and what a guard of a replica does differently.
public sealed partial class DbGuard
{
    private const int MaxShapesTold = 256;

    private readonly Lock _fallbackLock = new();
    private FallbackChain? _fallbacks;
    private volatile bool _hasFallbacks;
    private long _outageSince;

    // What was kept outlives a change of options.
    private readonly MemoryEntries _cachedRows = new();
    private readonly ConcurrentDictionary<string, bool> _notCached = new();

    /// <summary>What answers reads instead, or null when the options name nothing.</summary>
    internal FallbackChain? Fallbacks => _hasFallbacks ? Volatile.Read(ref _fallbacks) ?? MakeFallbacks() : null;

    /// <summary>The guards of replicas are found and made here.</summary>
    internal DbGuardRegistry Registry { get; init; } = DbGuardRegistry.Shared;

    /// <summary>Whether the server is somebody's replica: that it refuses writes is no sign of a failover.</summary>
    internal bool ServesReads { get; set; }

    /// <summary>
    /// Whether a read that has somewhere else to go is not let in: the circuit is open, or the server recovers and its
    /// few permits are taken. Everybody else waits for one; a read need not.
    /// </summary>
    internal bool TurnsReadsAway => _hasFallbacks && _options.Mode == DbGuardMode.Enforce
        && (IsShut || (IsRecovering && _permits.InUse >= EffectiveLimit));

    /// <summary>How long the server has been away, from the last sign of life; zero while the circuit is
    /// closed.</summary>
    internal TimeSpan OutageSoFar => _circuit.State is CircuitState.Open or CircuitState.HalfOpen
        ? TimeSpan.FromTicks(Math.Max(0, _clock.Attended - Volatile.Read(ref _outageSince)))
        : TimeSpan.Zero;

    /// <summary>
    /// Whether a read that got this rejection goes to the fallback. A full pool of a server that is there is no outage:
    /// stale rows would hide a leak or a lock. While the server recovers, though, its permits are few by design.
    /// </summary>
    internal bool FallsBackOn(DbGuardException rejection) =>
        _hasFallbacks && (rejection is DbCircuitOpenException || IsRecovering);

    /// <summary>Asks the server now, even if a break is to be served first.</summary>
    internal void HurryProbe()
    {
        lock (_sync)
        {
            if (_circuit.State != CircuitState.Open || !HasProbe || !_circuit.IsFlapping) return;
            long now = _clock.Now;
            if (_prober.IsActive && _prober.UntilNext(now) == TimeSpan.Zero) return;
            _prober.Stop();
            _prober.Start(now);
        }
    }

    private bool IsRecovering => _circuit.State != CircuitState.Closed || Volatile.Read(ref _ramp) is not null;

    /// <summary>The clock that ages are measured by.</summary>
    internal TimeProvider Time => _clock.Time;

    internal FallbackCache MakeCache(DbGuardOptions options) =>
        new(this, options.Cache!, options.CacheStore ?? Registry.FoundCache, _cachedRows);

    /// <summary>Whether cached rows go wherever the registry's container keeps its own.</summary>
    internal bool SeeksCache => _options is { Cache: not null, CacheStore: null };

    /// <summary>Another cache was found; the chain is made anew with its next use.</summary>
    internal void ForgetCache()
    {
        if (!SeeksCache) return;
        lock (_fallbackLock) Volatile.Write(ref _fallbacks, null);
    }

    /// <summary>Tells once for each command that its rows are not kept, and of a bounded number of commands.</summary>
    internal void NotCached(string shape, string why)
    {
        if (_notCached.Count < MaxShapesTold && _notCached.TryAdd(shape, true))
            Log.ReadNotCached(Registry.Journal.Logger, Name, shape, why);
    }

    /// <summary>Rows could not be stored; the caller sees to it that this is not told all the time.</summary>
    internal void CacheNotWritten(string why, TimeSpan silence) =>
        Log.CacheNotWritten(Registry.Journal.Logger, Name, why, (long)silence.TotalMilliseconds);

    private FallbackChain? MakeFallbacks()
    {
        lock (_fallbackLock)
        {
            if (_fallbacks is { } made) return made;
            FallbackChain? chain = FallbackChain.Create(this, _options, Volatile.Read(ref _target));
            Volatile.Write(ref _fallbacks, chain);
            return chain;
        }
    }

    private void ForgetFallbacks(DbGuardOptions options)
    {
        _hasFallbacks = options.HasFallbacks;
        Volatile.Write(ref _fallbacks, null);
    }

    // The last success is the last sign of life, unless nobody asked for long: then what it took to notice is the
    // bound.
    private void OutageBegan_NeedsSync()
    {
        long longest = (_options.StallThreshold + _options.ProbeTimeout).Ticks;
        Volatile.Write(ref _outageSince, Math.Max(Volatile.Read(ref _lastFinishAt), _clock.Attended - longest));
    }
}
