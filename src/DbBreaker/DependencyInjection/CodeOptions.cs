namespace DbBreaker.DependencyInjection;

/// <summary>What the code that uses a guard says about it: a delegate, or options as a whole. Equal when it is the same
/// delegate.</summary>
internal sealed class CodeOptions
{
    private readonly Action<DbGuardOptions>? _configure;
    private readonly DbGuardOptions? _options;

    private CodeOptions(Action<DbGuardOptions>? configure, DbGuardOptions? options)
    {
        _configure = configure;
        _options = options;
    }

    public static CodeOptions? From(Action<DbGuardOptions>? configure) =>
        configure is null ? null : new CodeOptions(configure, null);

    public static CodeOptions? From(DbGuardOptions? options) =>
        options is null ? null : new CodeOptions(null, options.Clone());

    public bool IsSame(Action<DbGuardOptions> configure) => configure.Equals(_configure);

    /// <summary>These options over <paramref name="below"/>, which may be changed.</summary>
    public DbGuardOptions Over(DbGuardOptions below)
    {
        if (_options is null)
        {
            _configure!(below);
            return below;
        }

        // A whole set of options does not tell what was set on purpose: what still has its default was not.
        DbGuardOptions own = _options.Clone();
        GuardOption.FillDefaults(own, below);
        own.FillFallbacks(below);
        return own;
    }
}
