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
    public void A_fall_that_follows_a_timeout_that_looked_survived_is_the_timeouts_only_outcome()
    {
        SessionBench session = Opened();
        session.Fail(new TimeoutException());
        session.Fall();
        Assert.Equal((1, 1, 0),
            (session.Bench.Now.Failures, session.Bench.Now.Operations, session.Bench.Now.PermitsInUse));
    }

    [Fact]
    public void A_timeout_is_an_answer_once_the_connection_is_used_again_closed_or_let_go()
    {
        foreach (Action<SessionBench> next in (Action<SessionBench>[])
            [s => s.Use(), s => s.Close(), s => s.Session.Detach()])
        {
            SessionBench session = Opened();
            session.Fail(new TimeoutException());
            Assert.Equal(0, session.Bench.Now.Operations);
            next(session);
            Assert.Equal((0, 1), (session.Bench.Now.Failures, session.Bench.Now.Operations));
        }
    }

    [Fact]
    public void A_timeout_took_as_long_as_it_took_however_late_it_is_known_to_be_an_answer()
    {
        var session = new SessionBench(new GuardBench(o =>
        {
            o.SlowCallThreshold = TimeSpan.FromSeconds(2);
            (o.SlowCallRatio, o.MinimumThroughput) = (0.1, 2);
        }));
        session.Open();
        session.Fail(new TimeoutException());
        session.Bench.AdvanceMs(5_000);
        for (int i = 0; i < 9; i++) session.Run();
        Assert.Equal(CircuitState.Closed, session.Bench.Guard.State);
    }

    [Fact]
    public void A_server_that_says_it_is_full_and_hangs_up_is_no_failure_in_either_order()
    {
        SessionBench session = Opened();
        session.Fail(new Failures.FakeDbException("53300"));
        session.Fall();
        session.Open();
        OperationStamp command = session.Session.BeforeCommand();
        session.Fall();
        session.Session.Failed(command, new Failures.FakeDbException("53300"), DbPhase.Executing);
        Assert.Equal((0, 0), (session.Bench.Now.Failures, session.Bench.Now.Operations));
    }

    [Theory, InlineData(true), InlineData(false)]
    public void An_exception_and_a_fall_at_the_same_time_are_one_failure(bool isTimeout)
    {
        var session = new SessionBench(new GuardBench(static o => o.MinimumThroughput = 10_000));
        session.Open();
        session.Use();
        session.Close();
        using var both = new Barrier(2);
        for (int i = 1; i <= 2_000; i++)
        {
            session.Open();
            OperationStamp command = session.Session.BeforeCommand();
            Exception exception = isTimeout ? new TimeoutException() : GuardBench.Gone();
            var falling = new Thread(() =>
            {
                both.SignalAndWait(TestContext.Current.CancellationToken);
                session.Fall();
            });
            falling.Start();
            both.SignalAndWait(TestContext.Current.CancellationToken);
            session.Session.Failed(command, exception, DbPhase.Executing);
            falling.Join();
            if (session.Bench.Now.Failures != i || session.Bench.Now.Operations != i) break;
        }

        Assert.Equal((2_000, 2_000), (session.Bench.Now.Failures, session.Bench.Now.Operations));
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

    [Theory, InlineData(true), InlineData(false)]
    public void A_loss_is_counted_before_its_permit_is_back(bool isTimeout)
    {
        var session = new SessionBench(new GuardBench(static o => o.MinimumThroughput = 2));
        session.Bench.Fail();
        session.Open();
        session.Use();
        if (isTimeout) session.Fail(new TimeoutException());
        session.Fall();
        Assert.Equal(
            (CircuitState.Open, 1),
            (session.Bench.Transitions.Single().To, session.Bench.Transitions.Single().PermitsInUse));
        Assert.Equal(0, session.Bench.Now.PermitsInUse);
    }

    [Fact]
    public void A_loss_gives_its_permit_back_also_when_a_listener_throws()
    {
        var session = new SessionBench(new GuardBench(static o => o.MinimumThroughput = 2));
        session.Bench.Fail();
        session.Open();
        session.Use();
        session.Bench.Guard.Transitioned += static (_, _) => throw new InvalidOperationException("A listener's own.");
        Assert.Throws<InvalidOperationException>(() => session.Fall());
        Assert.Equal((1, 0), (session.Bench.Transitions.Count, session.Bench.Now.PermitsInUse));
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
