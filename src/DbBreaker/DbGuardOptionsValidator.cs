using DbBreaker.Fallback;
using D = DbBreaker.DbGuardDefaults;

namespace DbBreaker;

/// <summary>Checks options as a whole. A message names the option, its value and what is accepted.</summary>
internal static class DbGuardOptionsValidator
{
    /// <exception cref="ArgumentException">An option is out of range, or two contradict each other.</exception>
    public static void Validate(DbGuardOptions options)
    {
        if (Problems(options).FirstOrDefault() is { } problem) throw new ArgumentException(problem);
    }

    /// <exception cref="ArgumentException">The options do not fit the pool of the connection string, or a replica is
    /// none of this database.</exception>
    public static void ValidateAgainst(DbGuardOptions options, GuardTarget target)
    {
        if (ProblemsWith(options, target).FirstOrDefault() is { } problem) throw new ArgumentException(problem);
    }

    /// <summary>What does not fit the database, one sentence each.</summary>
    public static IEnumerable<string> ProblemsWith(DbGuardOptions options, GuardTarget target)
    {
        DbEndpoint endpoint = target.Endpoint;
        if (options.PermitLimit > endpoint.MaxPoolSize)
        {
            yield return $"PermitLimit is {options.PermitLimit}, but the pool of {endpoint.DisplayName} holds at most "
                + $"{endpoint.MaxPoolSize} connections. Lower PermitLimit, or raise the pool's maximum in the "
                + "connection string.";
        }

        // The default gives way to a shorter timeout of the driver's; a value that somebody chose contradicts it.
        if (options.QueueTimeout > endpoint.ConnectTimeout
            && options.QueueTimeout.TotalMilliseconds != D.QueueTimeoutMs)
        {
            yield return $"QueueTimeout is {options.QueueTimeout}, but the connection string of "
                + $"{endpoint.DisplayName} lets a caller wait {endpoint.ConnectTimeout} for a connection. "
                + "Lower QueueTimeout, or raise the timeout in the connection string.";
        }

        foreach (string problem in ReplicaCheck.Problems(options, target)) yield return problem;
    }

    /// <summary>Everything that is wrong, one sentence each.</summary>
    public static IEnumerable<string> Problems(DbGuardOptions o)
    {
        string?[] found =
        [
            Share(nameof(o.FailureRatio), o.FailureRatio, D.MinFailureRatio, D.MaxFailureRatio),
            Count(nameof(o.MinimumThroughput), o.MinimumThroughput, D.MinMinimumThroughput, D.MaxMinimumThroughput),
            Time(nameof(o.SamplingDuration), o.SamplingDuration, D.MinSamplingDurationMs, D.MaxSamplingDurationMs),
            Time(nameof(o.StallThreshold), o.StallThreshold, D.MinStallThresholdMs, D.MaxStallThresholdMs),
            Time(nameof(o.SlowCallThreshold), o.SlowCallThreshold, D.MinSlowCallThresholdMs, D.MaxSlowCallThresholdMs),
            Share(nameof(o.SlowCallRatio), o.SlowCallRatio, D.MinSlowCallRatio, D.MaxSlowCallRatio),
            Time(nameof(o.BreakDuration), o.BreakDuration, D.MinBreakDurationMs, D.MaxBreakDurationLimitMs),
            Time(nameof(o.MaxBreakDuration), o.MaxBreakDuration, D.MinBreakDurationMs, D.MaxBreakDurationLimitMs),
            Time(nameof(o.ProbeInterval), o.ProbeInterval, D.MinProbeIntervalMs, D.MaxProbeIntervalLimitMs),
            Time(nameof(o.MaxProbeInterval), o.MaxProbeInterval, D.MinProbeIntervalMs, D.MaxProbeIntervalLimitMs),
            Time(nameof(o.ProbeTimeout), o.ProbeTimeout, D.MinProbeTimeoutMs, D.MaxProbeTimeoutMs),
            Count(nameof(o.HalfOpenPermits), o.HalfOpenPermits, D.MinHalfOpenPermits, D.MaxHalfOpenPermits),
            Count(nameof(o.SuccessesToClose), o.SuccessesToClose, D.MinSuccessesToClose, D.MaxSuccessesToClose),
            Time(nameof(o.RecoveryRamp), o.RecoveryRamp, D.MinRecoveryRampMs, D.MaxRecoveryRampMs),
            Count(nameof(o.PermitLimit), o.PermitLimit, D.MinPermitLimit, D.MaxPermitLimit),
            Count(nameof(o.QueueLimit), o.QueueLimit, D.MinQueueLimit, D.MaxQueueLimit),
            Time(nameof(o.QueueTimeout), o.QueueTimeout, D.MinQueueTimeoutMs, D.MaxQueueTimeoutMs),
            Count(nameof(o.OpenLimit), o.OpenLimit, D.MinOpenLimit, D.MaxOpenLimit),
            Time(nameof(o.LeakThreshold), o.LeakThreshold, D.MinLeakThresholdMs, D.MaxLeakThresholdMs),
            Time(nameof(o.MaxReplicaLag), o.MaxReplicaLag, D.MinMaxReplicaLagMs, D.MaxMaxReplicaLagMs),
            Time(nameof(o.ReadYourWrites), o.ReadYourWrites, D.MinReadYourWritesMs, D.MaxReadYourWritesMs),
            Enum.IsDefined(o.Mode) ? null : $"Mode is {(int)o.Mode}; accepted are Enforce, Observe and Disabled.",
            NotShorter(nameof(o.MaxBreakDuration), o.MaxBreakDuration, nameof(o.BreakDuration), o.BreakDuration),
            NotShorter(nameof(o.MaxProbeInterval), o.MaxProbeInterval, nameof(o.ProbeInterval), o.ProbeInterval),
        ];
        return found.OfType<string>().Concat(o.Cache?.Problems() ?? []);
    }

    private static string? Share(string name, double value, double min, double max) =>
        value >= min && value <= max ? null : $"{name} is {value}; accepted is {min} to {max}.";

    private static string? Count(string name, int? value, int min, int max) =>
        value is null || (value >= min && value <= max) ? null : $"{name} is {value}; accepted is {min} to {max:#,0}.";

    private static string? Time(string name, TimeSpan? value, int minMs, int maxMs)
    {
        if (value is not { } time) return null;
        TimeSpan min = TimeSpan.FromMilliseconds(minMs), max = TimeSpan.FromMilliseconds(maxMs);
        return time >= min && time <= max ? null : $"{name} is {time}; accepted is {min} to {max}.";
    }

    private static string? NotShorter(string longer, TimeSpan longerValue, string shorter, TimeSpan shorterValue) =>
        longerValue >= shorterValue
            ? null
            : $"{longer} is {longerValue}, shorter than {shorter}, {shorterValue}; it has to be at least as long.";
}
