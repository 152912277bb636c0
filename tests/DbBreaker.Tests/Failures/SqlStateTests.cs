using System.Data;
using static DbBreaker.DbFailureKind;

namespace DbBreaker.Tests.Failures;

public sealed class SqlStateTests
{
    [Theory]
    [InlineData("08000", Unavailable)]
    [InlineData("08001", Unavailable)]
    [InlineData("08003", Unavailable)]
    [InlineData("08004", Unavailable)]
    [InlineData("08006", Unavailable)]
    [InlineData("08S01", Unavailable)]
    [InlineData("57P01", Unavailable)]
    [InlineData("57P02", Unavailable)]
    [InlineData("57P03", Unavailable)]
    [InlineData("57P05", Unavailable)]
    [InlineData("58000", Unavailable)]
    [InlineData("58030", Unavailable)]
    [InlineData("F0000", Unavailable)]
    [InlineData("XX000", Unavailable)]
    [InlineData("XX001", Unavailable)]
    [InlineData("53000", Saturated)]
    [InlineData("53100", Saturated)]
    [InlineData("53200", Saturated)]
    [InlineData("53300", Saturated)]
    [InlineData("53400", Saturated)]
    [InlineData("40001", Contention)]
    [InlineData("40P01", Contention)]
    [InlineData("55P03", Contention)]
    [InlineData("55006", Contention)]
    [InlineData("55000", Contention)]
    [InlineData("57014", DbFailureKind.Timeout)]
    [InlineData("HYT00", DbFailureKind.Timeout)]
    [InlineData("57P04", Answered)]
    [InlineData("58P01", Answered)]
    [InlineData("25006", Answered)]
    [InlineData("25P02", Answered)]
    [InlineData("25P03", Answered)]
    [InlineData("28000", Answered)]
    [InlineData("28P01", Answered)]
    [InlineData("3D000", Answered)]
    [InlineData("42601", Answered)]
    [InlineData("42501", Answered)]
    [InlineData("42000", Answered)]
    [InlineData("23505", Answered)]
    [InlineData("22012", Answered)]
    [InlineData("54000", Answered)]
    [InlineData("P0001", Answered)]
    public void A_state_means_what_its_class_means_when_the_connection_went_with_it(
        string sqlState, DbFailureKind expected) =>
        Assert.Equal(expected, Neutral.Classify(new FakeDbException(sqlState), ConnectionState.Closed));

    [Theory]
    [InlineData("08001")]
    [InlineData("08006")]
    [InlineData("58030")]
    [InlineData("F0000")]
    [InlineData("XX000")]
    [InlineData("57014")]
    public void A_session_that_outlives_its_error_was_answered(string sqlState) =>
        Assert.Equal(Answered, Neutral.Classify(new FakeDbException(sqlState), ConnectionState.Open));

    [Theory]
    [InlineData("57P01")]
    [InlineData("57P02")]
    [InlineData("57P03")]
    public void A_server_that_says_it_goes_is_believed_before_the_driver_notices(string sqlState) =>
        Assert.Equal(Unavailable, Neutral.Classify(new FakeDbException(sqlState), ConnectionState.Open));

    [Theory]
    [InlineData("HY000")]
    [InlineData("")]
    [InlineData("1")]
    [InlineData(null)]
    public void A_state_that_says_nothing_leaves_it_to_the_connection(string? sqlState)
    {
        Assert.Equal(Answered, Neutral.Classify(new FakeDbException(sqlState), ConnectionState.Open));
        Assert.Equal(Unavailable, Neutral.Classify(new FakeDbException(sqlState), ConnectionState.Closed));
    }

    [Fact]
    public void A_statement_that_the_server_cancelled_at_login_is_an_answer() =>
        Assert.Equal(
            Answered,
            Neutral.Classify(new FakeDbException("57014"), ConnectionState.Closed, phase: DbPhase.Opening));
}
