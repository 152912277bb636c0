using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace DbBreaker.DependencyInjection;

/// <summary>
/// Reads <c>Defaults</c> and <c>Guards:{name}</c> of the sections into layers, with everything that is wrong and every
/// key that means nothing. Later sections win. One use.
/// </summary>
internal sealed class GuardConfigurationReader
{
    private const string DefaultsKey = "Defaults", GuardsKey = "Guards";
    private const string IsolatedKey = "Isolated", ReasonKey = "IsolationReason", UntilKey = "IsolatedUntil";

    private static readonly string[] _sectionKeys = [DefaultsKey, GuardsKey];
    private static readonly string[] _guardKeys =
        [.. GuardOption.All.Select(static o => o.Name), IsolatedKey, ReasonKey, UntilKey];

    private readonly Dictionary<string, Action<DbGuardOptions>> _guards = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, GuardIsolation> _isolations = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _problems = [];
    private readonly List<string> _unknownKeys = [];
    private Action<DbGuardOptions>? _defaults;

    private GuardConfigurationReader()
    {
    }

    /// <summary>What cannot be used, one sentence each.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>What is ignored, one sentence each, with the nearest known name.</summary>
    public IReadOnlyList<string> UnknownKeys => _unknownKeys;

    public GuardLayers Layers { get; private set; } = GuardLayers.None;

    public static GuardConfigurationReader Read(
        IEnumerable<GuardSection> sections, IReadOnlyDictionary<string, Action<DbGuardOptions>> code)
    {
        var reader = new GuardConfigurationReader();
        foreach (GuardSection section in sections) reader.ReadSection(section);
        reader.Layers = new GuardLayers(reader._defaults, code, reader._guards, reader._isolations);
        reader.Check();
        return reader;
    }

    private void ReadSection(GuardSection section)
    {
        foreach (IConfigurationSection child in section.Configuration.GetChildren())
        {
            if (Is(child, DefaultsKey)) _defaults += ReadOptions(child, static _ => false);
            else if (Is(child, GuardsKey)) ReadGuards(child);
            else if (GuardOption.Find(child.Key) is { } option)
                _unknownKeys.Add($"{child.Path} is ignored: options for all guards belong under {DefaultsKey}, "
                    + $"as in {DefaultsKey}:{option.Name}.");
            else AddUnknown(child, _sectionKeys);
        }
    }

    private void ReadGuards(IConfigurationSection guards)
    {
        foreach (IConfigurationSection guard in guards.GetChildren())
        {
            if (guard.Key.Length > DbGuardRegistry.MaxNameLength)
            {
                _problems.Add($"{guards.Path} has a name of {guard.Key.Length} characters; accepted are up to "
                    + $"{DbGuardRegistry.MaxNameLength}.");
                continue;
            }

            Action<DbGuardOptions> own = ReadOptions(
                guard, static key => Is(key, IsolatedKey) || Is(key, ReasonKey) || Is(key, UntilKey));
            _guards.TryGetValue(guard.Key, out Action<DbGuardOptions>? earlier);
            _guards[guard.Key] = earlier + own;
            ReadIsolation(guard);
        }

        if (_guards.Count > DbGuardRegistry.MaxGuards)
        {
            _problems.Add($"{guards.Path} names {_guards.Count} guards; a registry keeps {DbGuardRegistry.MaxGuards}.");
        }
    }

    private Action<DbGuardOptions> ReadOptions(IConfigurationSection section, Func<IConfigurationSection, bool> isKnown)
    {
        List<(GuardOption Option, object? Value)> values = [];
        foreach (IConfigurationSection child in section.GetChildren())
        {
            if (isKnown(child)) continue;
            if (GuardOption.Find(child.Key) is not { } option) AddUnknown(child, _guardKeys);
            else if (child.Value is { } text && TryParse(child, option, text, out object? value))
                values.Add((option, value));
        }

        return options =>
        {
            foreach ((GuardOption option, object? value) in values) option.Set(options, value);
        };
    }

    private bool TryParse(IConfigurationSection child, GuardOption option, string text, out object? value)
    {
        try
        {
            value = option.Parse(text);
            return true;
        }
        catch (FormatException exception)
        {
            value = null;
            _problems.Add($"{child.Path} is '{text}'; {exception.Message}.");
            return false;
        }
    }

    private void ReadIsolation(IConfigurationSection guard)
    {
        string? isolated = guard[IsolatedKey];
        if (!TryReadEnd(guard, out DateTimeOffset? end)) return;
        if (string.IsNullOrWhiteSpace(isolated))
        {
            if (end is not null)
                _unknownKeys.Add($"{guard.Path}:{UntilKey} is ignored: {IsolatedKey} is not set beside it.");
            return;
        }

        if (!bool.TryParse(isolated, out bool isIsolated))
            _problems.Add($"{guard.Path}:{IsolatedKey} is '{isolated}'; accepted are true and false.");
        else if (isIsolated)
            _isolations[guard.Key] = new GuardIsolation(guard[ReasonKey] ?? "by configuration", end);
        else _isolations.Remove(guard.Key);
    }

    private bool TryReadEnd(IConfigurationSection guard, out DateTimeOffset? end)
    {
        string? until = guard[UntilKey];
        end = null;
        if (string.IsNullOrWhiteSpace(until)) return true;
        if (!DateTimeOffset.TryParse(
            until, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset parsed))
        {
            _problems.Add($"{guard.Path}:{UntilKey} is '{until}'; accepted is a time such as 2027-01-31T04:00:00Z.");
            return false;
        }

        end = parsed;
        return true;
    }

    private void Check()
    {
        AddProblems(DefaultsKey, Layers.Compose(null, null));
        foreach (string name in Layers.Names) AddProblems(name, Layers.Compose(name, null));
    }

    private void AddProblems(string name, DbGuardOptions options) =>
        _problems.AddRange(DbGuardOptionsValidator.Problems(options).Select(problem => $"{name}: {problem}"));

    private void AddUnknown(IConfigurationSection child, IEnumerable<string> known)
    {
        string hint = NearestName.Of(child.Key, known) is { } nearest
            ? $"did you mean {nearest}?"
            : $"known are {string.Join(", ", known)}.";
        _unknownKeys.Add($"{child.Path} is not known and is ignored; {hint}");
    }

    private static bool Is(IConfigurationSection section, string key) =>
        section.Key.Equals(key, StringComparison.OrdinalIgnoreCase);
}
