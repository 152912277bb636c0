using DbBreaker.DependencyInjection;

namespace DbBreaker;

/// <summary>A guard in its registry, with what made it: enough to compose its options anew.</summary>
internal sealed class GuardEntry(DbGuard guard, string? name, string? key, CodeOptions? call, bool isPremade)
{
    private CodeOptions? _call = call;
    private Action<DbGuardOptions>? _checked;

    // Made because configuration names it, before any code did: the first code to use it may still have its say.
    private bool _isPremade = isPremade;

    public DbGuard Guard => guard;

    public string? Key => key;

    /// <summary>The name it was given; null when it was named after where it leads.</summary>
    public string? GivenName => name;

    public CodeOptions? Call => _call;

    public long LastUsedAt { get; private set; }

    public DbGuard Use(TimeProvider time)
    {
        // Once a guard rests, its clock is not read on each use; a coarse order is all that eviction needs.
        if (!guard.IsWatching) LastUsedAt = time.GetTimestamp();
        return guard;
    }

    public bool IsChecked(Action<DbGuardOptions> configure) =>
        ReferenceEquals(configure, _checked) || configure.Equals(_checked) || _call?.IsSame(configure) == true;

    public void Checked(Action<DbGuardOptions>? configure) => _checked = configure;

    /// <summary>Takes what the first code says; false when some code has spoken before.</summary>
    public bool TryAdopt(CodeOptions call)
    {
        if (!_isPremade) return false;
        _isPremade = false;
        _call = call;
        return true;
    }

    /// <exception cref="InvalidOperationException">The code elsewhere said something else.</exception>
    public void CheckSame(GuardLayers layers, CodeOptions again)
    {
        DbGuardOptions first = layers.ComposeCode(name, _call);
        if (first.DescribeDifference(layers.ComposeCode(name, again)) is not { } difference) return;
        throw new InvalidOperationException(
            $"The guard '{guard.Name}' was made with other options: {difference}. "
            + "Configure it in one place, or give the guards different names.");
    }
}
