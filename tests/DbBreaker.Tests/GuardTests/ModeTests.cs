namespace DbBreaker.Tests.GuardTests;

public sealed class ModeTests
{
    [Fact]
    public void Observing_rejects_nothing_and_counts_what_it_would_have()
    {
        var bench = new GuardBench(o => o.Mode = DbGuardMode.Observe);
        bench.Fail(20);
        Assert.Equal(CircuitState.Open, bench.Guard.State);
        for (int i = 0; i < 7; i++) Assert.True(bench.Guard.TryAcquire(out _));
        Assert.Equal((7, 0), (bench.Now.WouldHaveRejected, bench.Now.RejectedOpen));
        var session = new SessionBench(bench);
        session.Open();
        session.Run();
        Assert.Equal(9, bench.Now.WouldHaveRejected);
    }

    [Fact]
    public void Observing_counts_no_rejection_where_enforcing_would_let_callers_wait()
    {
        var bench = new GuardBench(o =>
        {
            o.PermitLimit = 2;
            o.QueueLimit = 10;
            o.Mode = DbGuardMode.Observe;
        });
        DbGuardLease[] leases = [.. Enumerable.Range(0, 12).Select(_ => bench.Guard.Acquire())];
        Assert.Equal(0, bench.Now.WouldHaveRejected);
        bench.Guard.Acquire().Dispose();
        Assert.Equal(1, bench.Now.WouldHaveRejected);
        foreach (DbGuardLease lease in leases) lease.Dispose();
        Assert.Equal(0, bench.Now.PermitsInUse);
    }

    [Fact]
    public async Task Case_29_disabled_takes_no_permit_and_no_evidence()
    {
        var bench = new GuardBench(o =>
        {
            o.Mode = DbGuardMode.Disabled;
            o.PermitLimit = 1;
        });
        bench.Fail(50);
        for (int i = 0; i < 5; i++) Assert.False(bench.Guard.Acquire().IsHeld);
        var session = new SessionBench(bench);
        await session.OpenAsync(isAsync: true);
        session.Fail(GuardBench.Gone());
        session.Fall();
        session.Session.FailedOutside(GuardBench.Gone(), DbPhase.Reading);
        Assert.Equal((CircuitState.Closed, 0, 0), (bench.Guard.State, bench.Now.Operations, bench.Now.PermitsInUse));
    }

    [Fact]
    public void The_default_lease_does_nothing()
    {
        DbGuardLease lease = default;
        lease.ReportSuccess();
        lease.ReportFailure(GuardBench.Gone(), DbPhase.Executing);
        lease.Dispose();
        Assert.Throws<ArgumentNullException>(() => lease.ReportFailure(null!, DbPhase.Executing));
        Assert.Throws<ArgumentOutOfRangeException>(() => lease.ReportFailure(GuardBench.Gone(), (DbPhase)9));
        Assert.False(lease.IsHeld);
    }
}
