using Microsoft.Extensions.Logging;

namespace DbBreaker.Telemetry;

internal static partial class Log
{
    [LoggerMessage(EventIds.CircuitOpened, LogLevel.Error,
        "Guard {Guard} opened its circuit{Note}: {Reason}. {PermitsInUse} of {PermitLimit} permits in use, "
        + "{Waiting} waiting; the break lasts {BreakMs} ms unless a probe is answered")]
    public static partial void CircuitOpened(
        ILogger logger, string guard, string note, string reason, int permitsInUse, int permitLimit, int waiting,
        long breakMs);

    [LoggerMessage(EventIds.CircuitHalfOpened, LogLevel.Warning,
        "Guard {Guard} lets trials through{Note}: {Reason}. It was open for {OpenMs} ms")]
    public static partial void CircuitHalfOpened(ILogger logger, string guard, string note, string reason, long openMs);

    [LoggerMessage(EventIds.CircuitClosed, LogLevel.Information,
        "Guard {Guard} closed its circuit{Note}: {Reason}. It did not pass calls freely for {OutageMs} ms and rejected "
        + "{Rejections}")]
    public static partial void CircuitClosed(
        ILogger logger, string guard, string note, string reason, long outageMs, long rejections);

    [LoggerMessage(EventIds.CircuitIsolated, LogLevel.Warning,
        "Guard {Guard} was {Reason}{Note}; it was {From} before")]
    public static partial void CircuitIsolated(
        ILogger logger, string guard, string reason, string note, CircuitState from);

    [LoggerMessage(EventIds.CallRejected, LogLevel.Warning,
        "Guard {Guard} rejects calls ({Cause}): {Reason}. Further ones are counted and summed up every {SummaryMs} ms")]
    public static partial void CallRejected(ILogger logger, string guard, string cause, string reason, long summaryMs);

    [LoggerMessage(EventIds.CallsRejected, LogLevel.Warning,
        "Guard {Guard} rejected {Open} calls on its open circuit and {Saturated} for want of a permit in "
        + "{ElapsedMs} ms")]
    public static partial void CallsRejected(ILogger logger, string guard, long open, long saturated, long elapsedMs);

    [LoggerMessage(EventIds.CallsObserved, LogLevel.Warning,
        "Guard {Guard} only observes: it would have rejected {Calls} calls in {ElapsedMs} ms ({State}, "
        + "{PermitsInUse} of {PermitLimit} permits in use)")]
    public static partial void CallsObserved(
        ILogger logger, string guard, long calls, long elapsedMs, CircuitState state, int permitsInUse,
        int permitLimit);

    [LoggerMessage(EventIds.ConnectionLeaked, LogLevel.Warning,
        "Guard {Guard}: a connection has been held for {HeldMs} ms, longer than LeakThreshold. It was taken here: "
        + "{Stack}")]
    public static partial void ConnectionLeaked(ILogger logger, string guard, long heldMs, string stack);

    [LoggerMessage(EventIds.ServerProbed, LogLevel.Debug,
        "Guard {Guard} asked its server: {Outcome} after {ElapsedMs} ms{Failure}")]
    public static partial void ServerProbed(
        ILogger logger, string guard, string outcome, long elapsedMs, string failure);

    [LoggerMessage(EventIds.FallbackBegan, LogLevel.Warning,
        "Guard {Guard} answers reads from its fallback ({Source}): the circuit is {State}")]
    public static partial void FallbackBegan(ILogger logger, string guard, string source, CircuitState state);

    [LoggerMessage(EventIds.ReadNotCached, LogLevel.Warning,
        "Guard {Guard} does not keep the rows of command {Shape} for an outage: {Reason}. Further times are not told")]
    public static partial void ReadNotCached(ILogger logger, string guard, string shape, string reason);

    [LoggerMessage(EventIds.CacheNotWritten, LogLevel.Warning,
        "Guard {Guard} could not keep rows in the cache ({Reason}); the next outage may not "
        + "find them. Told again after "
        + "{SilenceMs} ms at the earliest")]
    public static partial void CacheNotWritten(ILogger logger, string guard, string reason, long silenceMs);

    [LoggerMessage(EventIds.KeyUnknown, LogLevel.Warning, "{Problem}")]
    public static partial void KeyUnknown(ILogger logger, string problem);

    [LoggerMessage(EventIds.CodeOverridden, LogLevel.Information, "Configuration overrides code. Guard {Difference}")]
    public static partial void CodeOverridden(ILogger logger, string difference);

    [LoggerMessage(EventIds.GuardReconfigured, LogLevel.Information,
        "Guard {Guard} has new options, its state stays {State}: {Changes}")]
    public static partial void GuardReconfigured(ILogger logger, string guard, CircuitState state, string changes);

    [LoggerMessage(EventIds.ReloadRefused, LogLevel.Error,
        "The changed DbBreaker configuration is not valid; every guard keeps its options. {Problems}")]
    public static partial void ReloadRefused(ILogger logger, string problems);

    [LoggerMessage(EventIds.AllDisabled, LogLevel.Warning,
        "{Variable} is set: every guard stands aside, nothing is watched and nothing is rejected")]
    public static partial void AllDisabled(ILogger logger, string variable);
}
