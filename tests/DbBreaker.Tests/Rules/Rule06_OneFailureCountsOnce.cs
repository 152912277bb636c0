namespace DbBreaker.Tests.Rules;

public sealed class Rule06_OneFailureCountsOnce
{
    private readonly GuardBench _bench = new();

    [Fact]
    public void The_same_exception_object_counts_once_however_often_it_is_reported()
    {
        IOException gone = GuardBench.Gone();
        for (int i = 0; i < 30; i++) Report(gone);
        Assert.Equal(1, _bench.Now.Failures);
    }

    [Fact]
    public void A_wrapper_around_a_counted_exception_is_not_news()
    {
        IOException gone = GuardBench.Gone();
        Report(gone);
        Report(new IOException("around it", gone));
        Report(new IOException("around it again", new IOException("and deeper", gone)));
        Assert.Equal(1, _bench.Now.Failures);
    }

    [Fact]
    public void An_inner_exception_of_a_counted_one_is_not_news()
    {
        IOException gone = GuardBench.Gone();
        Report(new IOException("around it", gone));
        Report(gone);
        Assert.Equal(1, _bench.Now.Failures);
    }

    [Fact]
    public void An_answered_error_counts_once_too()
    {
        var answered = new Failures.FakeDbException("23505");
        for (int i = 0; i < 5; i++) Report(answered);
        Assert.Equal((1, 0), (_bench.Now.Operations, _bench.Now.Failures));
    }

    [Fact]
    public void Two_guards_each_count_it()
    {
        var other = new GuardBench();
        IOException gone = GuardBench.Gone();
        Report(gone);
        using DbGuardLease lease = other.Guard.Acquire();
        lease.ReportFailure(gone, DbPhase.Executing);
        Assert.Equal(1, other.Now.Failures);
    }

    private void Report(Exception exception)
    {
        using DbGuardLease lease = _bench.Guard.Acquire();
        lease.ReportFailure(exception, DbPhase.Executing);
    }
}
