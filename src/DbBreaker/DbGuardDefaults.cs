namespace DbBreaker;

/// <summary>
/// The defaults and ranges of <see cref="DbGuardOptions"/>, once: the options, their validation, the XML docs and
/// docs/options.md all speak of these. Durations are in milliseconds because attributes take constants only.
/// </summary>
internal static class DbGuardDefaults
{
    public const double FailureRatio = 0.5, MinFailureRatio = 0.01, MaxFailureRatio = 1.0;
    public const int MinimumThroughput = 20, MinMinimumThroughput = 2, MaxMinimumThroughput = 1_000_000;
    public const int SamplingDurationMs = 10_000, MinSamplingDurationMs = 500, MaxSamplingDurationMs = 3_600_000;
    public const int StallThresholdMs = 500, MinStallThresholdMs = 50, MaxStallThresholdMs = 600_000;
    public const int MinSlowCallThresholdMs = 1, MaxSlowCallThresholdMs = 3_600_000;
    public const double SlowCallRatio = 1.0, MinSlowCallRatio = 0.01, MaxSlowCallRatio = 1.0;
    public const int BreakDurationMs = 5_000, MinBreakDurationMs = 100, MaxBreakDurationLimitMs = 86_400_000;
    public const int MaxBreakDurationMs = 60_000;
    public const int ProbeIntervalMs = 250, MinProbeIntervalMs = 10, MaxProbeIntervalLimitMs = 600_000;
    public const int MaxProbeIntervalMs = 1_000;
    public const int ProbeTimeoutMs = 750, MinProbeTimeoutMs = 10, MaxProbeTimeoutMs = 60_000;
    public const int HalfOpenPermits = 3, MinHalfOpenPermits = 1, MaxHalfOpenPermits = 1_000;
    public const int SuccessesToClose = 3, MinSuccessesToClose = 1, MaxSuccessesToClose = 1_000;
    public const int RecoveryRampMs = 5_000, MinRecoveryRampMs = 0, MaxRecoveryRampMs = 600_000;
    public const int MinPermitLimit = 1, MaxPermitLimit = 32_767;
    public const int QueueLimit = 1_000, MinQueueLimit = 0, MaxQueueLimit = 1_000_000;
    public const int QueueTimeoutMs = 2_000, MinQueueTimeoutMs = 0, MaxQueueTimeoutMs = 3_600_000;
    public const int OpenLimit = 10, MinOpenLimit = 1, MaxOpenLimit = 32_767;
    public const int MinLeakThresholdMs = 1, MaxLeakThresholdMs = 86_400_000;
    public const int MinMaxReplicaLagMs = 0, MaxMaxReplicaLagMs = 86_400_000;
    public const int MinReadYourWritesMs = 1, MaxReadYourWritesMs = 3_600_000;

    // Of DbFallbackCacheOptions.
    public const int CacheEntryBytes = 1 << 20, MinCacheEntryBytes = 1 << 10, MaxCacheEntryBytes = 64 << 20;
    public const int CacheEntryRows = 10_000, MinCacheEntryRows = 1, MaxCacheEntryRows = 1_000_000;
    public const long CacheTotalBytes = 64 << 20, MinCacheTotalBytes = 1 << 10, MaxCacheTotalBytes = 2L << 30;
    public const int CacheStoreTimeoutMs = 500, MinCacheStoreTimeoutMs = 1, MaxCacheStoreTimeoutMs = 60_000;
    public const int MaxCacheRefreshIntervalMs = 86_400_000;
    public const int MaxCacheAgeDays = 365;

    /// <summary>Permits of a guard that was given none and has no provider to ask: the drivers' own default.</summary>
    public const int PermitLimitWithoutProvider = 100;
}
