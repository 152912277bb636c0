using DbBreaker.DependencyInjection;
using DbBreaker.Fallback.Cache.Stores;
using DbBreaker.Telemetry;
using Microsoft.Extensions.Logging;

namespace DbBreaker;

// Where options and logging come from; both may arrive after guards are in use.
public sealed partial class DbGuardRegistry
{
    private readonly bool _isDisabled;
    private readonly GuardJournal _journal;
    private volatile GuardLayers _layers = GuardLayers.None; // Written under the lock.

    /// <summary>Lets the guards of this registry log, those that exist as well. Without a container this is how; with
    /// one, <c>AddDbBreaker</c> does it.</summary>
    /// <param name="loggerFactory">Where the loggers come from; the latest call wins.</param>
    /// <exception cref="ArgumentNullException"><paramref name="loggerFactory"/> is null.</exception>
    public void UseLogging(ILoggerFactory loggerFactory)
    {
        ArgumentNullException.ThrowIfNull(loggerFactory);
        _journal.Logger = loggerFactory.CreateLogger(DbBreakerTelemetry.LogCategory);
    }

    internal GuardJournal Journal => _journal;

    /// <summary>The application's cache, for guards that were given none.</summary>
    internal CacheStore? FoundCache { get; private set; }

    /// <summary>Takes the container's cache, if it has one and none was found before.</summary>
    /// <returns>The cache that is used now.</returns>
    internal object? FindCache(IServiceProvider services)
    {
        lock (_lock)
        {
            if (FoundCache is not null || CacheStore.From(services) is not { } found) return FoundCache;
            FoundCache = found;
        }

        foreach (DbGuard guard in EachGuard()) guard.ForgetCache();
        return FoundCache;
    }

    /// <summary>The container that the cache came from is gone.</summary>
    internal void LeaveCache(object? store)
    {
        lock (_lock)
        {
            if (store is null || !ReferenceEquals(store, FoundCache)) return;
            FoundCache = null;
        }

        foreach (DbGuard guard in EachGuard()) guard.ForgetCache();
    }


    /// <summary>Whether <c>DBBREAKER_DISABLED</c> makes every guard stand aside.</summary>
    internal bool IsDisabled => _isDisabled;

    internal TimeProvider Time => _time;

    /// <summary>The guards without the copy that <see cref="Guards"/> makes.</summary>
    internal IEnumerable<DbGuard> EachGuard()
    {
        foreach (KeyValuePair<string, GuardEntry> pair in _byName) yield return pair.Value.Guard;
    }

    /// <summary>Gives the guards new layers, all or none: what is wrong is returned, and then nothing has changed.
    /// Nobody is cancelled, states and remaining breaks stay (rule 17).</summary>
    internal IReadOnlyList<string> Configure(GuardLayers layers)
    {
        List<(DbGuard Guard, string Changes)> changed = [];
        List<string> overridden = [];
        lock (_lock)
        {
            List<string> problems = [];
            List<(GuardEntry Entry, DbGuardOptions Options)> composed = [];
            foreach (GuardEntry entry in _byName.Values)
            {
                DbGuardOptions options = Compose(layers, entry.GivenName, entry.Call);
                problems.AddRange(entry.Guard.ProblemsOf(options).Select(p => $"{entry.Guard.Name}: {p}"));
                composed.Add((entry, options));
            }

            int added = layers.Names.Count(name => !_byName.ContainsKey(name));
            int room = MaxGuards - _byName.Values.Count(static entry => !entry.Guard.IsIdle);
            if (added > room) problems.Add($"{added} more guards are named, and there is room for {room}.");
            if (problems.Count > 0) return problems;
            _layers = layers;
            foreach ((GuardEntry entry, DbGuardOptions options) in composed)
            {
                if (Apply(entry.Guard, options) is not { } changes) continue;
                changed.Add((entry.Guard, changes));
                overridden.AddRange(OverridesOf(entry, layers));
            }
        }

        // Without a change in the table, it was code that composed anew: delegates cannot be told apart.
        foreach ((DbGuard guard, string changes) in changed)
        {
            if (changes.Length > 0) _journal.Reconfigured(guard, changes);
        }

        foreach (string line in overridden) _journal.Overridden(line);
        Premake(layers);
        return [];
    }

    // Guards that are named in configuration or in the container are there from the start: on the page, in metrics,
    // and to be isolated before anybody uses them.
    private void Premake(GuardLayers layers)
    {
        foreach (string name in layers.Names)
        {
            if (_byName.ContainsKey(name)) continue;
            GuardEntry entry = Add(name, null, null, null, isPremade: true);
            foreach (string line in OverridesOf(entry, layers)) _journal.Overridden(line);
        }
    }

    // What two places in code say about one guard has to agree, unless only configuration has made it so far.
    private void Agree(GuardEntry entry, CodeOptions call)
    {
        GuardLayers layers = _layers;
        if (!entry.TryAdopt(call))
        {
            entry.CheckSame(layers, call);
            return;
        }

        DbGuardOptions options = Compose(layers, entry.GivenName, call);
        if (entry.Guard.ProblemsOf(options).FirstOrDefault() is { } problem) throw new ArgumentException(problem);
        Apply(entry.Guard, options);
        foreach (string line in OverridesOf(entry, layers)) _journal.Overridden(line);
    }

    private DbGuardOptions Compose(GuardLayers layers, string? name, CodeOptions? call)
    {
        DbGuardOptions options = layers.Compose(name, call);
        if (_isDisabled) options.Mode = DbGuardMode.Disabled;
        return options;
    }

    private static string? Apply(DbGuard guard, DbGuardOptions options)
    {
        string changes = string.Join(", ", GuardOption.All
            .Where(option => !Equals(option.Get(options), option.Get(guard.Options)))
            .Select(option => $"{option.Name} {GuardLayers.Text(option.Get(guard.Options))} -> "
                + GuardLayers.Text(option.Get(options))));
        if (changes.Length == 0 && ReferenceEquals(options.Probe, guard.Options.Probe)
            && options.HasSameFallbacks(guard.Options)) return null;
        guard.Reconfigure(options);
        return changes;
    }

    private static IEnumerable<string> OverridesOf(GuardEntry entry, GuardLayers layers) => entry.GivenName is { } name
        ? layers.Overrides(name, entry.Call).Select(text => $"{name}: {text}")
        : [];
}
