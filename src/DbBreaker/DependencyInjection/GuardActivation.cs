using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace DbBreaker.DependencyInjection;

/// <summary>
/// Brings what a container knows (sections, code, loggers) to its registry, once when it is made and again whenever a
/// section changes. Guards that were in use before are brought up to date, so the order of use does not matter.
/// </summary>
internal sealed class GuardActivation : IDisposable
{
    private readonly Lock _lock = new(); // One change at a time; guards what follows.
    private readonly DbGuardRegistry _registry;
    private readonly IReadOnlyList<GuardSection> _sections;
    private readonly Dictionary<string, Action<DbGuardOptions>> _code = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<IDisposable> _watches = [];
    private readonly Dictionary<string, GuardIsolation> _isolated = new(StringComparer.OrdinalIgnoreCase);
    private readonly ILogger? _logger;
    private readonly object? _cache;
    private HashSet<string> _warnedOf = [];
    private string _refused = "";

    /// <exception cref="OptionsValidationException">The configuration is not valid.</exception>
    public GuardActivation(
        DbGuardRegistry registry,
        IEnumerable<GuardSection> sections,
        IEnumerable<GuardCode> code,
        ILoggerFactory? loggerFactory,
        IServiceProvider services)
    {
        _registry = registry;
        _sections = [.. sections];
        foreach (GuardCode guard in code)
        {
            _code[guard.Name] = _code.TryGetValue(guard.Name, out Action<DbGuardOptions>? earlier)
                ? earlier + guard.Configure
                : guard.Configure;
        }

        if (loggerFactory is not null)
        {
            registry.UseLogging(loggerFactory);
            _logger = registry.Journal.Logger;
        }

        _cache = registry.FindCache(services);
        if (registry.IsDisabled) registry.Journal.AllDisabled(KillSwitch.Variable);
        IReadOnlyList<string> problems = Apply();
        if (problems.Count > 0) throw new OptionsValidationException("DbBreaker", typeof(DbGuardOptions), problems);
        foreach (GuardSection section in _sections)
            _watches.Add(ChangeToken.OnChange(section.Configuration.GetReloadToken, Reload));
    }

    public DbGuardRegistry Registry => _registry;

    public void Dispose()
    {
        foreach (IDisposable watch in _watches) watch.Dispose();
        // The process's registry outlives the container; its loggers and its cache do not.
        if (_logger is not null) _registry.Journal.Leave(_logger);
        _registry.LeaveCache(_cache);
    }

    private void Reload()
    {
        lock (_lock)
        {
            IReadOnlyList<string> problems = Apply();
            string refused = string.Join(" ", problems);
            // Files announce one change several times; one line is enough.
            if (refused.Length > 0 && refused != _refused) _registry.Journal.ReloadRefused(problems);
            _refused = refused;
        }
    }

    private IReadOnlyList<string> Apply()
    {
        GuardConfigurationReader read = GuardConfigurationReader.Read(_sections, _code);
        foreach (string unknown in read.UnknownKeys.Where(u => !_warnedOf.Contains(u)))
            _registry.Journal.UnknownKey(unknown);

        _warnedOf = [.. read.UnknownKeys];
        if (read.Problems.Count > 0) return read.Problems;
        string[] endless = [.. EndingTooLate(read.Layers)];
        if (endless.Length > 0) return endless;
        IReadOnlyList<string> problems = _registry.Configure(read.Layers);
        if (problems.Count == 0) ApplyIsolations(read.Layers);
        return problems;
    }

    private IEnumerable<string> EndingTooLate(GuardLayers layers) =>
        from name in layers.Names
        let end = layers.IsolationOf(name)?.Until
        where end - _registry.Time.GetUtcNow() > DbGuard.LongestIsolation
        select $"{name}: IsolatedUntil is {end:O}; accepted is up to {DbGuard.LongestIsolation.Days} days from now, or "
            + "nothing, for no end.";

    // Only what configuration isolated is reset by configuration: an isolation by hand is somebody's decision.
    private void ApplyIsolations(GuardLayers layers)
    {
        foreach (string name in layers.Names.Union(_isolated.Keys, StringComparer.OrdinalIgnoreCase))
        {
            GuardIsolation? wanted = layers.IsolationOf(name);
            TimeSpan? left = wanted?.Until - _registry.Time.GetUtcNow();
            _isolated.TryGetValue(name, out GuardIsolation? present);
            if (wanted == present || _registry.Find(name) is not { } guard) continue;
            if (wanted is not null && !(left <= TimeSpan.Zero))
            {
                guard.Isolate(wanted.Reason, left);
                _isolated[name] = wanted;
            }
            else if (_isolated.Remove(name) && guard.State == CircuitState.Isolated) guard.Reset();
        }
    }
}
