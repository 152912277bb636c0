namespace DbBreaker;

/// <summary>
/// The settings of a guard. Every default is meant for production. An instance is read when a guard is made or
/// reconfigured; changing it afterwards has no effect. Not safe for concurrent writes.
/// </summary>
public sealed partial class DbGuardOptions
{
    /// <summary>Gets or sets the share of failed operations within <see cref="SamplingDuration"/> that opens the
    /// circuit. Judged when a failure arrives; reaching it is enough.</summary>
    /// <value>The default value is 0.5. From 0.01 to 1.</value>
    public double FailureRatio { get; set; } = DbGuardDefaults.FailureRatio;

    /// <summary>Gets or sets the operations in the window below which the ratio says nothing.</summary>
    /// <value>The default value is 20. From 2 to 1,000,000.</value>
    public int MinimumThroughput { get; set; } = DbGuardDefaults.MinimumThroughput;

    /// <summary>Gets or sets the length of the rolling window.</summary>
    /// <value>The default value is 10 seconds. From 500 milliseconds to 1 hour.</value>
    public TimeSpan SamplingDuration { get; set; } = Ms(DbGuardDefaults.SamplingDurationMs);

    /// <summary>Gets or sets the time after which a running operation counts as stalled while it still runs. A stall
    /// never opens the circuit by itself; it makes the guard ask the server.</summary>
    /// <value>The default value is 500 milliseconds. From 50 milliseconds to 10 minutes.</value>
    public TimeSpan StallThreshold { get; set; } = Ms(DbGuardDefaults.StallThresholdMs);

    /// <summary>Gets or sets the time from which a completed operation counts as slow, or null to not count slow
    /// operations.</summary>
    /// <value>The default value is null. From 1 millisecond to 1 hour.</value>
    public TimeSpan? SlowCallThreshold { get; set; }

    /// <summary>Gets or sets the share of slow operations within <see cref="SamplingDuration"/> that opens the circuit.
    /// Used only when <see cref="SlowCallThreshold"/> is set.</summary>
    /// <value>The default value is 1. From 0.01 to 1.</value>
    public double SlowCallRatio { get; set; } = DbGuardDefaults.SlowCallRatio;

    /// <summary>Gets or sets how long the circuit stays open when no probe can tell, and after trials failed although
    /// the probe was answered. It doubles with each failed recovery, with jitter, up to <see cref="MaxBreakDuration"/>,
    /// and is back at this value after a lasting close. An answered probe ends the wait otherwise.</summary>
    /// <value>The default value is 5 seconds. From 100 milliseconds to 1 day.</value>
    public TimeSpan BreakDuration { get; set; } = Ms(DbGuardDefaults.BreakDurationMs);

    /// <summary>Gets or sets the longest break. Not shorter than <see cref="BreakDuration"/>.</summary>
    /// <value>The default value is 60 seconds. From 100 milliseconds to 1 day.</value>
    public TimeSpan MaxBreakDuration { get; set; } = Ms(DbGuardDefaults.MaxBreakDurationMs);

    /// <summary>Gets or sets the time between two probes at first, and while they are refused, for the first 30 seconds
    /// of refusals. The guard probes only while it is suspicious or open; else intervals double up to
    /// <see cref="MaxProbeInterval"/>. They carry jitter.</summary>
    /// <value>The default value is 250 milliseconds. From 10 milliseconds to 10 minutes.</value>
    public TimeSpan ProbeInterval { get; set; } = Ms(DbGuardDefaults.ProbeIntervalMs);

    /// <summary>Gets or sets the longest time between two probes. Not shorter than
    /// <see cref="ProbeInterval"/>.</summary>
    /// <value>The default value is 1 second. From 10 milliseconds to 10 minutes.</value>
    public TimeSpan MaxProbeInterval { get; set; } = Ms(DbGuardDefaults.MaxProbeIntervalMs);

    /// <summary>Gets or sets the time after which a probe counts as unanswered. An answer that comes later is still an
    /// answer.</summary>
    /// <value>The default value is 750 milliseconds. From 10 milliseconds to 1 minute.</value>
    public TimeSpan ProbeTimeout { get; set; } = Ms(DbGuardDefaults.ProbeTimeoutMs);

    /// <summary>Gets or sets how many trial calls may run at once while the circuit is half-open.</summary>
    /// <value>The default value is 3. From 1 to 1,000.</value>
    public int HalfOpenPermits { get; set; } = DbGuardDefaults.HalfOpenPermits;

    /// <summary>Gets or sets the successful operations that close a half-open circuit.</summary>
    /// <value>The default value is 3. From 1 to 1,000.</value>
    public int SuccessesToClose { get; set; } = DbGuardDefaults.SuccessesToClose;

    /// <summary>Gets or sets the longest time until all permits are back after the circuit closed. Successes at the
    /// latency from before the outage shorten it. Zero gives all permits back at once.</summary>
    /// <value>The default value is 5 seconds. From 0 to 10 minutes.</value>
    public TimeSpan RecoveryRamp { get; set; } = Ms(DbGuardDefaults.RecoveryRampMs);

    /// <summary>Gets or sets the connections in use at once, or null for the maximum of the provider's pool (100 when
    /// there is no provider to ask). Not above that maximum.</summary>
    /// <value>The default value is null. From 1 to 32,767.</value>
    public int? PermitLimit { get; set; }

    /// <summary>Gets or sets the callers that may wait for a permit.</summary>
    /// <value>The default value is 1,000. From 0 to 1,000,000.</value>
    public int QueueLimit { get; set; } = DbGuardDefaults.QueueLimit;

    /// <summary>Gets or sets how long a caller may wait for a permit. Whoever is predicted to wait longer is rejected
    /// at once. Not longer than the connection string's own timeout, to which the default gives way.</summary>
    /// <value>The default value is 2 seconds. From 0 to 1 hour.</value>
    public TimeSpan QueueTimeout { get; set; } = Ms(DbGuardDefaults.QueueTimeoutMs);

    /// <summary>Gets or sets the opens in progress at once after a connection was lost, until the ramp is over: the
    /// brake on reconnect storms. A cold start is not braked.</summary>
    /// <value>The default value is 10. From 1 to 32,767.</value>
    public int OpenLimit { get; set; } = DbGuardDefaults.OpenLimit;

    /// <summary>Gets or sets the time after which a connection still held is reported, once, with where it was taken;
    /// null to not watch. Watching records a stack trace at each acquisition.</summary>
    /// <value>The default value is null. From 1 millisecond to 1 day.</value>
    public TimeSpan? LeakThreshold { get; set; }

    /// <summary>Gets or sets how far the guard goes.</summary>
    /// <value>The default value is <see cref="DbGuardMode.Enforce"/>.</value>
    public DbGuardMode Mode { get; set; } = DbGuardMode.Enforce;

    /// <summary>
    /// Gets or sets how to ask the server, for a guard that is used without this library's connections. It throws when
    /// the server does not answer. Guarded connections bring their own probe, and this one replaces it when set.
    /// </summary>
    /// <value>The default value is null: without guarded connections, only <see cref="BreakDuration"/> ends a
    /// break.</value>
    public Func<CancellationToken, Task>? Probe { get; set; }

    internal DbGuardOptions Clone() => (DbGuardOptions)MemberwiseClone();

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
