namespace DbBreaker;

public sealed partial class DbGuardOptions
{
    /// <summary>The first option in which two sets differ, with both values; null when there is none. The probe is
    /// code, which cannot be compared, and does not count.</summary>
    internal string? DescribeDifference(DbGuardOptions other)
    {
        (string Name, object? Mine, object? Others)[] pairs =
        [
            (nameof(FailureRatio), FailureRatio, other.FailureRatio),
            (nameof(MinimumThroughput), MinimumThroughput, other.MinimumThroughput),
            (nameof(SamplingDuration), SamplingDuration, other.SamplingDuration),
            (nameof(StallThreshold), StallThreshold, other.StallThreshold),
            (nameof(SlowCallThreshold), SlowCallThreshold, other.SlowCallThreshold),
            (nameof(SlowCallRatio), SlowCallRatio, other.SlowCallRatio),
            (nameof(BreakDuration), BreakDuration, other.BreakDuration),
            (nameof(MaxBreakDuration), MaxBreakDuration, other.MaxBreakDuration),
            (nameof(ProbeInterval), ProbeInterval, other.ProbeInterval),
            (nameof(MaxProbeInterval), MaxProbeInterval, other.MaxProbeInterval),
            (nameof(ProbeTimeout), ProbeTimeout, other.ProbeTimeout),
            (nameof(HalfOpenPermits), HalfOpenPermits, other.HalfOpenPermits),
            (nameof(SuccessesToClose), SuccessesToClose, other.SuccessesToClose),
            (nameof(RecoveryRamp), RecoveryRamp, other.RecoveryRamp),
            (nameof(PermitLimit), PermitLimit, other.PermitLimit),
            (nameof(QueueLimit), QueueLimit, other.QueueLimit),
            (nameof(QueueTimeout), QueueTimeout, other.QueueTimeout),
            (nameof(OpenLimit), OpenLimit, other.OpenLimit),
            (nameof(LeakThreshold), LeakThreshold, other.LeakThreshold),
            (nameof(Mode), Mode, other.Mode),
            (nameof(MaxReplicaLag), MaxReplicaLag, other.MaxReplicaLag),
            (nameof(ReadYourWrites), ReadYourWrites, other.ReadYourWrites),
        ];
        foreach ((string name, object? mine, object? others) in pairs)
        {
            if (!Equals(mine, others)) return $"{name} is {mine ?? "null"} there and {others ?? "null"} here";
        }

        // The strings hold passwords and are not shown.
        return HasSameReplicas(other)
            ? null
            : $"FallbackToReplica names {Replicas.Count} replica(s) there and {other.Replicas.Count} here, "
                + "and they are not the same ones";
    }
}
