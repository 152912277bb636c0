namespace DbBreaker.Tests.GuardTests;

public sealed class OpenBrakeTests
{
    [Fact]
    public void A_cold_start_is_not_braked()
    {
        var bench = new GuardBench(o => o.OpenLimit = 2);
        for (int i = 0; i < 10; i++) new SessionBench(bench).Session.BeforeOpen();
        Assert.Equal(10, bench.Now.PermitsInUse);
    }

    [Fact]
    public async Task Case_61_after_a_lost_connection_only_so_many_opens_are_in_progress_at_once()
    {
        var bench = new GuardBench(o => o.OpenLimit = 2);
        bench.Fail();
        SessionBench[] sessions = [.. Enumerable.Range(0, 10).Select(_ => new SessionBench(bench))];
        Task[] opening = [.. sessions.Select(s => s.Session.BeforeOpenAsync(CancellationToken.None).AsTask())];
        Assert.Equal(2, opening.Count(t => t.IsCompletedSuccessfully));

        sessions[0].Session.Opened();
        sessions[1].Session.OpenFailed(new IOException("refused"));
        ScriptedProbe.Poll(() => opening.Count(t => t.IsCompletedSuccessfully) == 4, "the next two open");
        for (int i = 2; i < 10; i++)
        {
            await opening[i];
            sessions[i].Session.Opened();
        }

        foreach (SessionBench session in sessions) session.Close();
        Assert.Equal(0, bench.Now.PermitsInUse);
    }

    [Fact]
    public async Task An_open_that_waits_too_long_is_rejected_and_holds_nothing()
    {
        var bench = new GuardBench(o => o.OpenLimit = 1);
        bench.Fail();
        var first = new SessionBench(bench);
        var second = new SessionBench(bench);
        first.Session.BeforeOpen();
        Task opening = second.Session.BeforeOpenAsync(CancellationToken.None).AsTask();
        bench.AdvanceMs(2_100);
        await Assert.ThrowsAsync<DbPoolSaturatedException>(() => opening);
        Assert.Equal(1, bench.Now.PermitsInUse);
    }

    [Fact]
    public void The_brake_is_let_go_when_the_ramps_time_has_passed()
    {
        var bench = new GuardBench();
        bench.Fail();
        Assert.True(bench.Guard.IsBraked);
        bench.AdvanceMs(5_100);
        Assert.False(bench.Guard.IsBraked);
    }
}
