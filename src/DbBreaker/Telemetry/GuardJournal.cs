using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DbBreaker.Telemetry;

/// <summary>What a registry's guards write. Silent until somebody gives it a logger. Thread-safe.</summary>
internal sealed class GuardJournal(TimeProvider time)
{
    private volatile ILogger _logger = NullLogger.Instance;

    public ILogger Logger
    {
        get => _logger;
        set => _logger = value;
    }

    public TimeProvider Time => time;

    /// <summary>Falls silent, unless another logger took over meanwhile.</summary>
    public void Leave(ILogger logger)
    {
        if (ReferenceEquals(_logger, logger)) _logger = NullLogger.Instance;
    }

    public void Follow(DbGuard guard) => new GuardLog(this).Follow(guard);

    public void Reconfigured(DbGuard guard, string changes)
    {
        if (_logger.IsEnabled(LogLevel.Information)) Log.GuardReconfigured(_logger, guard.Name, guard.State, changes);
    }

    public void Overridden(string difference) => Log.CodeOverridden(_logger, difference);

    public void AllDisabled(string variable) => Log.AllDisabled(_logger, variable);

    public void UnknownKey(string problem) => Log.KeyUnknown(_logger, problem);

    public void ReloadRefused(IEnumerable<string> problems) => Log.ReloadRefused(_logger, string.Join(" ", problems));
}
