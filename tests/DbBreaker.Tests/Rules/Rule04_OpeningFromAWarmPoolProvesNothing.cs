using System.Data;

namespace DbBreaker.Tests.Rules;

public sealed class Rule04_OpeningFromAWarmPoolProvesNothing
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_open_that_worked_is_no_success_and_a_command_is(bool isAsync)
    {
        var session = new SessionBench(new GuardBench());
        await session.OpenAsync(isAsync);
        Assert.Equal(0, session.Bench.Now.Operations);
        session.Session.Succeeded(await session.BeginAsync(isAsync));
        Assert.Equal((1, 0), (session.Bench.Now.Operations, session.Bench.Now.Failures));
    }

    [Fact]
    public void Opens_that_work_close_no_half_open_circuit()
    {
        var session = new SessionBench(new GuardBench());
        session.Bench.Break();
        session.Bench.AdvanceUntil(CircuitState.HalfOpen);
        for (int i = 0; i < 5; i++)
        {
            session.Open();
            session.Close();
        }

        Assert.Equal(CircuitState.HalfOpen, session.Bench.Guard.State);
    }

    [Fact]
    public void A_failed_open_is_a_failure_and_the_permit_is_back()
    {
        var session = new SessionBench(new GuardBench());
        session.Session.BeforeOpen();
        Assert.Equal(1, session.Bench.Now.PermitsInUse);
        session.Session.OpenFailed(GuardBench.Gone());
        Assert.Equal((1, 0), (session.Bench.Now.Failures, session.Bench.Now.PermitsInUse));
        session.Session.OpenFailed(GuardBench.Gone());
        Assert.Equal(1, session.Bench.Now.Failures);
    }

    [Fact]
    public void A_failed_open_counts_once_where_the_driver_tells_of_connecting()
    {
        var session = new SessionBench(new GuardBench());
        session.Open();
        session.Use();
        session.Close();
        session.Session.BeforeOpen();
        session.Connection.Become(ConnectionState.Connecting);
        session.Connection.Become(ConnectionState.Closed);
        session.Session.OpenFailed(GuardBench.Gone());
        Assert.Equal((1, 0), (session.Bench.Now.Failures, session.Bench.Now.PermitsInUse));
    }

    [Fact]
    public void A_cancelled_open_is_no_evidence_and_the_permit_is_back()
    {
        var session = new SessionBench(new GuardBench());
        session.Session.BeforeOpen();
        session.Session.OpenCancelled();
        session.Session.OpenCancelled();
        Assert.Equal((0, 0), (session.Bench.Now.Operations, session.Bench.Now.PermitsInUse));
    }
}
