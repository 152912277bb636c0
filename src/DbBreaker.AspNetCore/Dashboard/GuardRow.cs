namespace DbBreaker.AspNetCore.Dashboard;

/// <summary>A guard as a line of the page. Equal rows are not sent again, so nothing in it ages by itself.</summary>
internal sealed record GuardRow(
    string Name,
    string State,
    string Mode,
    long Since,
    string Reason,
    long? Until,
    bool OnFallback,
    int InUse,
    int Limit,
    int Waiting,
    double Answered,
    double Failed,
    double Rejected,
    double HoldMs,
    string Letter)
{
    public static GuardRow From(GuardTimeline timeline, long bucket)
    {
        DbGuard guard = timeline.Guard;
        DbGuardSnapshot now = guard.GetSnapshot();
        return new GuardRow(
            now.Name, now.State.ToString(), now.Mode.ToString(), now.StateSince.ToUnixTimeMilliseconds(), now.Reason,
            now.IsolatedUntil is { } until ? until.ToUnixTimeSeconds() * 1_000 : null, guard.IsOnFallback,
            now.PermitsInUse, now.PermitLimit, now.Waiting,
            timeline.Rates.Answered, timeline.Rates.Failed, timeline.Rates.Rejected,
            Math.Round(now.MeanHold.TotalMilliseconds, 1), timeline[bucket].Letter.ToString());
    }
}
