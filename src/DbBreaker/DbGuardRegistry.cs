using System.Collections.Concurrent;
using System.Data.Common;
using System.Runtime.CompilerServices;
using DbBreaker.DependencyInjection;
using DbBreaker.Telemetry;

namespace DbBreaker;

/// <summary>
/// The guards of a process or a container: one per connection string, or one per name. Bounded; the least recently used
/// idle guard makes room, an open one never. Thread-safe.
/// </summary>
public sealed partial class DbGuardRegistry
{
    /// <summary>The most guards a registry keeps: 4,096.</summary>
    public const int MaxGuards = 4_096;

    internal const int MaxNameLength = 200;

    private readonly Lock _lock = new(); // Guards adding and evicting; finding takes no lock.
    private readonly ConcurrentDictionary<string, GuardEntry> _byName = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, GuardEntry> _byKey = new(StringComparer.Ordinal);

    // What a driver's object says its string is, to save reading the string again: it differs before and after an open.
    private readonly ConcurrentDictionary<(Type Driver, string Text), GuardEntry> _byText = new();
    private readonly ConditionalWeakTable<object, GuardEntry> _bySource = [];
    private readonly TimeProvider _time;

    /// <summary>Makes an empty registry.</summary>
    /// <param name="timeProvider">The clock of its guards; the system's when null.</param>
    public DbGuardRegistry(TimeProvider? timeProvider = null)
        : this(timeProvider, KillSwitch.IsOn)
    {
    }

    internal DbGuardRegistry(TimeProvider? timeProvider, bool isDisabled)
    {
        _time = timeProvider ?? TimeProvider.System;
        _isDisabled = isDisabled;
        _journal = new GuardJournal(_time);
        DbBreakerMeter.Watch(this);
    }

    /// <summary>Gets the registry of the process.</summary>
    public static DbGuardRegistry Shared { get; } = new();

    /// <summary>Gets the guards there are.</summary>
    public IReadOnlyCollection<DbGuard> Guards => [.. _byName.Values.Select(static entry => entry.Guard)];

    /// <summary>Raised when a guard is made, before anybody uses it.</summary>
    internal event Action<DbGuard>? GuardAdded;

    /// <summary>Finds a guard by name, or makes it.</summary>
    /// <param name="name">The name: up to 200 characters.</param>
    /// <param name="options">Its options; the defaults when null, or whatever the guard has when it exists.</param>
    /// <returns>The guard.</returns>
    /// <exception cref="ArgumentException">The name is empty or too long, or an option is out of range.</exception>
    /// <exception cref="InvalidOperationException">The guard exists with other options, or no guard can make
    /// room.</exception>
    public DbGuard GetOrAdd(string name, DbGuardOptions? options = null)
    {
        CheckName(name);
        CodeOptions? call = CodeOptions.From(options);
        GuardEntry entry = _byName.TryGetValue(name, out GuardEntry? known) ? known : Add(name, null, call, null);
        if (call is not null) Agree(entry, call);
        return entry.Use(_time);
    }

    /// <summary>Finds a guard by name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The guard, or null.</returns>
    public DbGuard? Find(string name) =>
        _byName.TryGetValue(name ?? throw new ArgumentNullException(nameof(name)), out GuardEntry? entry)
            ? entry.Guard
            : null;

    /// <summary>The guard of a connection: by name, else by where its string leads (rule 18).</summary>
    internal DbGuard For(
        DbConnection connection, string? name, Action<DbGuardOptions>? configure, DbDataSource? dataSource = null)
    {
        connection = Wrappers.DriverOf(connection);
        GuardEntry entry = name is null
            ? ByString(connection, configure, dataSource)
            : ByName(name, connection, configure, dataSource);
        if (configure is not null && !entry.IsChecked(configure))
        {
            Agree(entry, CodeOptions.From(configure)!);
            entry.Checked(configure);
        }

        return entry.Use(_time);
    }

    private GuardEntry ByName(
        string name, DbConnection connection, Action<DbGuardOptions>? configure, DbDataSource? dataSource)
    {
        if (!_byName.TryGetValue(name, out GuardEntry? entry))
        {
            CheckName(name);
            entry = Add(name, null, CodeOptions.From(configure), GuardTarget.Create(connection, dataSource));
        }
        else if (!entry.Guard.HasTarget)
        {
            entry.Guard.Aim(GuardTarget.Create(connection, dataSource));
        }

        return entry;
    }

    private GuardEntry ByString(DbConnection connection, Action<DbGuardOptions>? configure, DbDataSource? dataSource)
    {
        (Type, string) text = (connection.GetType(), connection.ConnectionString);
        object? source = dataSource ?? DbProviderAdapters.For(connection).GetSource(connection);
        bool isKnown = source is null
            ? _byText.TryGetValue(text, out GuardEntry? entry)
            : _bySource.TryGetValue(source, out entry);
        // An evicted guard makes way for a new one; what still holds it keeps it.
        if (isKnown && _byName.ContainsKey(entry!.Guard.Name)) return entry;
        GuardTarget target = GuardTarget.Create(connection, dataSource);
        string key = target.Endpoint.Key;
        if (_byKey.TryGetValue(key, out entry)) entry.Guard.AlsoLeadsTo(target);
        else entry = Add(null, key, CodeOptions.From(configure), target);
        if (source is not null) _bySource.AddOrUpdate(source, entry);
        else
        {
            if (_byText.Count >= MaxGuards) _byText.Clear();
            _byText[text] = entry;
        }

        return entry;
    }

    private GuardEntry Add(string? name, string? key, CodeOptions? call, GuardTarget? target, bool isPremade = false)
    {
        lock (_lock)
        {
            if (key is not null && _byKey.TryGetValue(key, out GuardEntry? known)) return known;
            if (name is not null && _byName.TryGetValue(name, out known)) return known;
            DbGuardOptions own = Compose(_layers, name, call);
            DbGuardOptionsValidator.Validate(own);
            if (target is not null) DbGuardOptionsValidator.ValidateAgainst(own, target);
            MakeRoom_NeedsLock();
            var guard = new DbGuard(name ?? FreeName_NeedsLock(target!.Endpoint.DisplayName), own, _time, target)
            {
                Registry = this,
            };
            var entry = new GuardEntry(guard, name, key, call, isPremade);
            _journal.Follow(guard);
            GuardAdded?.Invoke(guard);
            _byName[guard.Name] = entry;
            if (key is not null) _byKey[key] = entry;
            return entry;
        }
    }

    private void MakeRoom_NeedsLock()
    {
        if (_byName.Count < MaxGuards) return;
        GuardEntry oldest = _byName.Values.Where(static e => e.Guard.IsIdle).MinBy(static e => e.LastUsedAt)
            ?? throw new InvalidOperationException(
                $"All {MaxGuards} guards are in use or open, so there is no room for another. "
                + "Give the connection strings that lead to one server a common guard name.");
        _byName.TryRemove(oldest.Guard.Name, out _);
        if (oldest.Key is not null) _byKey.TryRemove(oldest.Key, out _);
        foreach (KeyValuePair<(Type, string), GuardEntry> text in _byText)
        {
            if (text.Value == oldest) _byText.TryRemove(text);
        }
    }

    // Two users of one database are two guards that look alike without the user's name.
    private string FreeName_NeedsLock(string displayName)
    {
        string name = displayName;
        for (int i = 2; _byName.ContainsKey(name); i++) name = $"{displayName} ({i})";
        return name;
    }

    private static void CheckName(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (name.Length > MaxNameLength)
            throw new ArgumentException(
                $"The guard's name has {name.Length} characters; accepted are up to {MaxNameLength}.", nameof(name));
    }
}
