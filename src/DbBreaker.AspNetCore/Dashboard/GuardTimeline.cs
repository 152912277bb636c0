using DbBreaker.Telemetry;

namespace DbBreaker.AspNetCore.Dashboard;

/// <summary>The last fifteen minutes of one guard, in a ring. Guarded by the recorder's lock.</summary>
internal sealed class GuardTimeline(DbGuard guard)
{
    public const int Buckets = 180;
    public const int BucketSeconds = 5;

    private readonly TimelineBucket[] _ring = new TimelineBucket[Buckets];
    private long _newest = -1;
    private long _answered, _failed, _rejected, _fromFallback;
    private bool _isStarted;

    public DbGuard Guard => guard;

    /// <summary>Per second, between the last two samples.</summary>
    public (double Answered, double Failed, double Rejected) Rates { get; private set; }

    public ref readonly TimelineBucket this[long bucket] => ref _ring[bucket % Buckets];

    /// <summary>Adds what happened since the last sample to the bucket of now.</summary>
    public void Sample(long bucket, double seconds)
    {
        Clear(bucket);
        ref TimelineBucket now = ref _ring[bucket % Buckets];
        now.HasData = true;
        OperationTally tally = guard.Tally;
        long answered = tally.Successes + tally[DbFailureKind.Answered] + tally[DbFailureKind.Contention];
        long failed = tally[DbFailureKind.Unavailable] + tally[DbFailureKind.Timeout];
        long fromFallback = guard.FallbackAnswers;
        long rejected = guard.Rejections + guard.WouldHaveRejected;
        if (_isStarted)
        {
            now.Answered += (int)(answered - _answered);
            now.Failed += (int)(failed - _failed);
            now.Rejected += (int)(rejected - _rejected);
            now.FromFallback += (int)(fromFallback - _fromFallback);
            Rates = (
                Rate(answered - _answered, seconds),
                Rate(failed - _failed, seconds),
                Rate(rejected - _rejected, seconds));
        }

        (_answered, _failed, _rejected, _isStarted) = (answered, failed, rejected, true);
        _fromFallback = fromFallback;
        now.PermitsInUse = Math.Max(now.PermitsInUse, guard.PermitsInUse);
        now.PermitLimit = guard.EffectiveLimit;
        now.Waiting = Math.Max(now.Waiting, guard.WaitingCount);
        now.HoldMs = (float)guard.MeanHold.TotalMilliseconds;
        Saw(bucket, guard.State);
    }

    /// <summary>A state that lasted less than a sample is still on the strip.</summary>
    public void Saw(long bucket, CircuitState state)
    {
        Clear(bucket);
        ref TimelineBucket now = ref _ring[bucket % Buckets];
        now.HasData = true;
        if (Severity(state) > Severity(now.State)) now.State = state;
    }

    private void Clear(long bucket)
    {
        if (bucket <= _newest) return;
        // What nobody sampled, because the process was paused, is a gap and not an hour of the past.
        for (long i = Math.Max(_newest + 1, bucket - Buckets + 1); i <= bucket; i++) _ring[i % Buckets] = default;
        _newest = bucket;
    }

    private static double Rate(long count, double seconds) => seconds <= 0 ? 0 : Math.Round(count / seconds, 1);

    private static int Severity(CircuitState state) => state switch
    {
        CircuitState.Open => 3,
        CircuitState.Isolated => 2,
        CircuitState.HalfOpen => 1,
        _ => 0,
    };
}
