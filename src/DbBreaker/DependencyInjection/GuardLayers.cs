namespace DbBreaker.DependencyInjection;

/// <summary>
/// Where a guard's options come from, the later over the earlier: the built-in defaults, the <c>Defaults</c> section,
/// the code, the guard's own section. The general gives way to the specific, and the developer to the operator.
/// Immutable; names are compared without their case, because configuration keys are.
/// </summary>
internal sealed class GuardLayers(
    Action<DbGuardOptions>? defaults,
    IReadOnlyDictionary<string, Action<DbGuardOptions>> code,
    IReadOnlyDictionary<string, Action<DbGuardOptions>> configured,
    IReadOnlyDictionary<string, GuardIsolation> isolations)
{
    public static readonly GuardLayers None = new(
        null,
        new Dictionary<string, Action<DbGuardOptions>>(),
        new Dictionary<string, Action<DbGuardOptions>>(),
        new Dictionary<string, GuardIsolation>());

    /// <summary>The guards that are named anywhere.</summary>
    public IEnumerable<string> Names => configured.Keys.Union(code.Keys, StringComparer.OrdinalIgnoreCase);

    public GuardIsolation? IsolationOf(string name) => isolations.GetValueOrDefault(name);

    public DbGuardOptions Compose(string? name, CodeOptions? call)
    {
        DbGuardOptions options = ComposeCode(name, call);
        if (name is not null && configured.TryGetValue(name, out Action<DbGuardOptions>? configure)) configure(options);
        return options;
    }

    /// <summary>What the options are without the guard's own section: two places in code are compared by it.</summary>
    public DbGuardOptions ComposeCode(string? name, CodeOptions? call)
    {
        var options = new DbGuardOptions();
        defaults?.Invoke(options);
        if (name is not null && code.TryGetValue(name, out Action<DbGuardOptions>? configure)) configure(options);
        return call is null ? options : call.Over(options);
    }

    /// <summary>The options that the guard's own section sets to something else than the code does.</summary>
    public IEnumerable<string> Overrides(string name, CodeOptions? call)
    {
        DbGuardOptions plain = new();
        defaults?.Invoke(plain);
        DbGuardOptions coded = ComposeCode(name, call), effective = Compose(name, call);
        foreach (GuardOption option in GuardOption.All)
        {
            object? said = option.Get(coded), holds = option.Get(effective);
            if (!Equals(said, holds) && !Equals(said, option.Get(plain)))
                yield return $"{option.Name} is {Text(holds)} by configuration and {Text(said)} in code";
        }
    }

    internal static string Text(object? value) => value?.ToString() ?? "not set";
}
