using System.Data;
using DbBreaker.Data;

namespace DbBreaker.Tests.Rules;

public sealed class Rule05_AFallIsAFailure
{
    [Theory]
    [InlineData(ConnectionState.Closed)]
    [InlineData(ConnectionState.Broken)]
    public void An_idle_connection_that_falls_counts_though_nobody_sees_an_exception(ConnectionState to)
    {
        SessionBench session = Opened();
        session.Fall(to);
        Assert.Equal((1, 0), (session.Bench.Now.Failures, session.Bench.Now.PermitsInUse));
    }

    [Fact]
    public void A_broken_connection_that_becomes_closed_fell_once()
    {
        SessionBench session = Opened();
        session.Fall(ConnectionState.Broken);
        session.Fall(ConnectionState.Closed);
        Assert.Equal(1, session.Bench.Now.Failures);
    }

    [Fact]
    public void A_close_that_was_wanted_is_no_failure()
    {
        SessionBench session = Opened();
        session.Close();
        Assert.Equal((0, 0), (session.Bench.Now.Failures, session.Bench.Now.PermitsInUse));
    }

    [Fact]
    public void A_fall_during_a_command_counts_once_with_the_exception_it_ends_with()
    {
        SessionBench session = Opened();
        OperationStamp command = session.Session.BeforeCommand();
        session.Fall();
        Assert.Equal(0, session.Bench.Now.Failures);
        session.Session.Failed(command, GuardBench.Gone(), DbPhase.Executing);
        Assert.Equal(1, session.Bench.Now.Failures);
    }

    [Fact]
    public void A_fall_that_follows_the_exception_that_told_of_it_is_the_same_failure()
    {
        SessionBench session = Opened();
        session.Fail(GuardBench.Gone());
        session.Fall();
        Assert.Equal((1, 0), (session.Bench.Now.Failures, session.Bench.Now.PermitsInUse));
    }

    [Fact]
    public void A_fall_after_an_operation_that_went_well_again_is_a_failure_of_its_own()
    {
        SessionBench session = Opened();
        session.Fail(GuardBench.Gone());
        session.Run();
        session.Fall();
        Assert.Equal(2, session.Bench.Now.Failures);
    }

    [Fact]
    public void A_fall_counts_whatever_the_exception_is_taken_for()
    {
        SessionBench session = Opened();
        OperationStamp command = session.Session.BeforeCommand();
        session.Fall();
        session.Session.Failed(command, new OperationCanceledException(), DbPhase.Executing);
        Assert.Equal(1, session.Bench.Now.Failures);
    }

    [Fact]
    public void A_command_that_returns_although_the_connection_fell_under_it_counts_the_fall()
    {
        SessionBench session = Opened();
        OperationStamp command = session.Session.BeforeCommand();
        session.Fall();
        session.Session.Succeeded(command);
        Assert.Equal(1, session.Bench.Now.Failures);
    }

    [Fact]
    public void A_cancelled_command_counts_the_fall_only_when_there_was_one()
    {
        SessionBench session = Opened();
        session.Session.Cancelled(session.Session.BeforeCommand());
        Assert.Equal(0, session.Bench.Now.Failures);
        OperationStamp command = session.Session.BeforeCommand();
        session.Fall();
        session.Session.Cancelled(command);
        Assert.Equal(1, session.Bench.Now.Failures);
    }

    [Fact]
    public void An_idle_fall_and_the_exception_that_tells_of_it_later_are_one_failure()
    {
        SessionBench session = Opened();
        session.Fall();
        session.Session.FailedOutside(GuardBench.Gone(), DbPhase.Reading);
        Assert.Equal(1, session.Bench.Now.Failures);
    }

    [Fact]
    public void Where_closes_are_not_announced_only_a_fall_in_use_counts()
    {
        var session = new SessionBench(new GuardBench(), announcesCloses: false);
        session.Open();
        session.Fall();
        Assert.Equal(0, session.Bench.Now.Failures);
        session.Open();
        session.Session.Reading = true;
        session.Fall();
        Assert.Equal(1, session.Bench.Now.Failures);
    }

    [Fact]
    public void A_reader_that_closes_its_connection_is_no_fall()
    {
        SessionBench session = Opened();
        session.Session.Reading = session.Session.ClosesWithReader = true;
        session.Fall();
        Assert.Equal(0, session.Bench.Now.Failures);
    }

    [Fact]
    public void A_connection_opened_again_after_a_fall_is_guarded_again()
    {
        SessionBench session = Opened();
        session.Fall();
        session.Open();
        session.Run();
        Assert.Equal((2, 1, 1),
            (session.Bench.Now.Operations, session.Bench.Now.Failures, session.Bench.Now.PermitsInUse));
    }

    [Fact]
    public void After_detaching_nothing_counts()
    {
        SessionBench session = Opened();
        session.Session.Detach();
        session.Fall();
        Assert.Equal((0, 0), (session.Bench.Now.Failures, session.Bench.Now.PermitsInUse));
    }

    private static SessionBench Opened()
    {
        var session = new SessionBench(new GuardBench());
        session.Open();
        session.Use();
        return session;
    }
}
