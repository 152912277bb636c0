namespace DbBreaker.AspNetCore.Dashboard;

/// <summary>A transition with its evidence.</summary>
internal sealed record GuardEvent(
    long At, string From, string To, string Cause, string Reason, long Operations, long Failures, int Running,
    int Stalled, int InUse, int Limit, int Waiting, bool? ProbeAnswered, double ProbeMs, double BreakMs,
    string? FailureType)
{
    public static GuardEvent Of(DbGuardTransition t) => new(
        t.At.ToUnixTimeMilliseconds(), t.From.ToString(), t.To.ToString(), t.Cause.ToString(), t.Reason, t.Operations,
        t.Failures, t.Running, t.Stalled, t.PermitsInUse, t.PermitLimit, t.Waiting, t.ProbeAnswered,
        Math.Round(t.ProbeElapsed.TotalMilliseconds), Math.Round(t.BreakDuration.TotalMilliseconds), t.FailureType);
}
