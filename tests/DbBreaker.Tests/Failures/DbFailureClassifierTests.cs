using System.Data;
using System.Net.Sockets;
using System.Security.Authentication;
using static DbBreaker.DbFailureKind;
using static DbBreaker.DbPhase;

namespace DbBreaker.Tests.Failures;

public sealed class DbFailureClassifierTests
{
    private static readonly SocketException _refused = new((int)SocketError.ConnectionRefused);

    public static TheoryData<Exception, DbFailureKind> Chains => new()
    {
        { _refused, Unavailable },
        { new IOException("broken pipe", _refused), Unavailable },
        { new EndOfStreamException(), Unavailable },
        { new FakeDbException(inner: _refused), Unavailable },
        { new FakeDbException(inner: new IOException("x", _refused)), Unavailable },
        { new FakeDbException(inner: new AggregateException(new FakeDbException(inner: _refused))), Unavailable },
        { new InvalidOperationException("wrapped", new FakeDbException(inner: _refused)), Unavailable },
        { new TimeoutException(), DbFailureKind.Timeout },
        { new FakeDbException(inner: new TimeoutException()), DbFailureKind.Timeout },
        { new OperationCanceledException(), Cancelled },
        { new TaskCanceledException(), Cancelled },
        { new FakeDbException(inner: new OperationCanceledException()), Cancelled },
        { new OperationCanceledException("x", new FakeDbException("57014")), Cancelled },
        { new OperationCanceledException("x", new TimeoutException()), DbFailureKind.Timeout },
        { new OperationCanceledException("x", new IOException("x", _refused)), Unavailable },
        { new OperationCanceledException("x", new FakeDbException("57P01")), Unavailable },
        { new InvalidOperationException("x", new FakeDbException("23505")), Answered },
        { new AuthenticationException("The remote certificate was rejected."), Answered },
        { new AuthenticationException("x", new IOException("x")), Unavailable },
        { new InvalidOperationException(), Misuse },
        { new ObjectDisposedException("connection"), Misuse },
        { new ArgumentNullException(), Misuse },
        { new NotSupportedException(), Misuse },
        { new InvalidCastException(), Misuse },
        { new FakeDbException(inner: new FileNotFoundException("client.pfx")), Answered },
    };

    [Theory]
    [MemberData(nameof(Chains))]
    public void An_exception_is_judged_by_its_whole_chain(Exception exception, DbFailureKind expected) =>
        Assert.Equal(expected, Neutral.Classify(exception, ConnectionState.Open));

    [Fact]
    public void The_best_answer_of_several_hosts_is_the_database_s()
    {
        FakeDbException full = new("53300"), refusedLogin = new("28P01");

        Assert.Equal(Saturated, Neutral.Classify(new AggregateException(_refused, full), phase: Opening));
        Assert.Equal(Answered, Neutral.Classify(new AggregateException(_refused, refusedLogin), phase: Opening));
        Assert.Equal(
            Unavailable, Neutral.Classify(new AggregateException(new TimeoutException(), _refused), phase: Opening));
    }

    [Fact]
    public void A_chain_without_end_is_judged_all_the_same()
    {
        Exception exception = _refused;
        for (int i = 0; i < 10_000; i++) exception = new FakeDbException(inner: exception);

        Assert.Equal(Answered, Neutral.Classify(exception, ConnectionState.Open));
        Assert.Equal(Unavailable, Neutral.Classify(exception, ConnectionState.Closed));
    }

    [Fact]
    public void What_nothing_explains_is_judged_by_the_connection()
    {
        Assert.Equal(Answered, Neutral.Classify(new FakeDbException(), ConnectionState.Open));
        Assert.Equal(
            Answered, Neutral.Classify(new FakeDbException(), ConnectionState.Open | ConnectionState.Fetching));
        Assert.Equal(Misuse, Neutral.Classify(new AbandonedMutexException(), ConnectionState.Open));
        Assert.Equal(Unavailable, Neutral.Classify(new FakeDbException(), ConnectionState.Closed));
        Assert.Equal(Unavailable, Neutral.Classify(new FakeDbException(), after: null));
        Assert.Equal(Unavailable, Neutral.Classify(new FakeDbException(), ConnectionState.Closed, Opening));
    }

    [Fact]
    public void An_open_that_waited_before_it_called_itself_misuse_ran_out_of_time()
    {
        InvalidOperationException pool = new("Timeout expired. All pooled connections were in use.");

        Assert.Equal(
            DbFailureKind.Timeout,
            Neutral.Classify(pool, ConnectionState.Closed, Opening, TimeSpan.FromSeconds(15)));
        Assert.Equal(Misuse, Neutral.Classify(pool, ConnectionState.Closed, Opening, TimeSpan.FromMilliseconds(1)));
        Assert.Equal(Misuse, Neutral.Classify(pool, ConnectionState.Open, Executing, TimeSpan.FromSeconds(15)));
    }

    [Theory]
    [InlineData(Unavailable, Executing, ConnectionState.Open, true, false)]
    [InlineData(Unavailable, Opening, ConnectionState.Closed, true, false)]
    [InlineData(DbFailureKind.Timeout, Opening, ConnectionState.Closed, true, false)]
    [InlineData(DbFailureKind.Timeout, Executing, ConnectionState.Closed, true, false)]
    [InlineData(DbFailureKind.Timeout, Reading, ConnectionState.Broken, true, false)]
    [InlineData(DbFailureKind.Timeout, Executing, null, true, false)]
    [InlineData(DbFailureKind.Timeout, Executing, ConnectionState.Open, false, true)]
    [InlineData(DbFailureKind.Timeout, Reading, ConnectionState.Open | ConnectionState.Fetching, false, true)]
    [InlineData(Saturated, Opening, ConnectionState.Closed, false, false)]
    [InlineData(Saturated, Executing, ConnectionState.Closed, false, false)]
    [InlineData(Contention, Executing, ConnectionState.Open, false, true)]
    [InlineData(Answered, Opening, ConnectionState.Closed, false, true)]
    [InlineData(Answered, Executing, null, false, true)]
    [InlineData(Cancelled, Executing, ConnectionState.Open, false, false)]
    [InlineData(Cancelled, Executing, null, false, false)]
    [InlineData(Cancelled, Executing, ConnectionState.Closed, true, false)]
    [InlineData(Cancelled, Committing, ConnectionState.Broken, true, false)]
    [InlineData(Cancelled, Opening, ConnectionState.Closed, false, false)]
    [InlineData(Misuse, Executing, ConnectionState.Open, false, false)]
    [InlineData(Misuse, Executing, ConnectionState.Closed, false, false)]
    [InlineData(Misuse, Executing, ConnectionState.Broken, true, false)]
    public void Rule_2_says_what_counts(
        DbFailureKind kind, DbPhase phase, ConnectionState? after, bool isFailure, bool isAnswer)
    {
        DbFailure failure = new(new FakeDbException(), phase, StateAfter: after);

        Assert.Equal(isFailure, DbFailureClassifier.IsFailure(kind, failure));
        Assert.Equal(isAnswer, DbFailureClassifier.IsAnswer(kind, failure));
    }

    public static TheoryData<Exception> OwnRejections
    {
        get
        {
            DbCircuitOpenException rejection = new("The circuit is open.", "orders", TimeSpan.Zero, _refused);
            return
            [
                rejection,
                new InvalidOperationException("wrapped", rejection),
                new FakeDbException(inner: rejection),
                new TimeoutException("x", rejection),
                new AggregateException(rejection),
            ];
        }
    }

    [Theory]
    [MemberData(nameof(OwnRejections))]
    public void A_guard_s_own_rejection_is_no_evidence(Exception exception)
    {
        foreach (ConnectionState? after in (ConnectionState?[])[null, ConnectionState.Closed, ConnectionState.Broken])
        {
            DbFailure failure = new(exception, Opening, StateAfter: after);
            DbFailureKind kind = DbFailureClassifier.Classify(NeutralAdapter.Instance, failure);

            Assert.Equal(Misuse, kind);
            Assert.False(DbFailureClassifier.IsFailure(kind, failure));
            Assert.False(DbFailureClassifier.IsAnswer(kind, failure));
        }
    }

    [Fact]
    public void An_adapter_is_asked_at_every_level_and_before_the_neutral_rules()
    {
        SaturatedWhenRefused adapter = new();
        DbFailure failure = new(new FakeDbException(inner: new AggregateException(_refused)), Opening);

        Assert.Equal(Saturated, DbFailureClassifier.Classify(adapter, failure));
        Assert.True(adapter.IsProbeAnswered(failure));
        Assert.False(NeutralAdapter.Instance.IsProbeAnswered(failure));
    }
}
