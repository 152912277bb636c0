using DbBreaker.TestKit;
using DbBreaker.TestKit.Tds;
using Microsoft.Data.SqlClient;

namespace DbBreaker.SqlClient.Tests;

/// <summary>What it means when a command, a read or a commit fails.</summary>
public sealed class CommandTests : IDisposable
{
    private readonly SqlClientAdapter _adapter = new();
    private readonly TdsServer _server = new();

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData(2627, 14, DbFailureKind.Answered, true)]
    [InlineData(102, 15, DbFailureKind.Answered, true)]
    [InlineData(3906, 16, DbFailureKind.Answered, true)]
    [InlineData(1205, 13, DbFailureKind.Contention, true)]
    [InlineData(1222, 16, DbFailureKind.Contention, true)]
    [InlineData(3960, 16, DbFailureKind.Contention, true)]
    [InlineData(41302, 16, DbFailureKind.Contention, true)]
    [InlineData(40501, 16, DbFailureKind.Saturated, true)]
    [InlineData(49918, 16, DbFailureKind.Saturated, true)]
    [InlineData(49919, 16, DbFailureKind.Saturated, true)]
    [InlineData(49920, 16, DbFailureKind.Saturated, true)]
    [InlineData(10928, 16, DbFailureKind.Saturated, true)]
    [InlineData(10929, 16, DbFailureKind.Saturated, true)]
    [InlineData(9002, 17, DbFailureKind.Saturated, true)]
    [InlineData(40143, 16, DbFailureKind.Unavailable, true)]
    [InlineData(40540, 16, DbFailureKind.Unavailable, true)]
    [InlineData(40613, 16, DbFailureKind.Unavailable, true)]
    [InlineData(40197, 16, DbFailureKind.Unavailable, true)]
    [InlineData(596, 21, DbFailureKind.Unavailable, false)]
    [InlineData(40197, 20, DbFailureKind.Unavailable, false)]
    public async Task An_error_means_what_its_number_and_class_mean(
        int number, byte severity, DbFailureKind kind, bool survives)
    {
        _server.Answer = _ => TdsReply.Error(number, severity);
        foreach (bool async in (bool[])[false, true])
        {
            await using SqlConnection connection = await OpenAsync(async);
            DbFailure failure = await Observed.FailedScalarAsync(connection, "SELECT 1", async);
            if (!survives) failure = await failure.SettledAsync(connection);
            Assert.Equal(number, Assert.IsType<SqlException>(failure.Exception).Number);
            Assert.Equal(kind, failure.Kind());
            Assert.Equal(survives, failure.ConnectionSurvived);
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_read_only_database_says_that_the_pool_is_stale(bool async)
    {
        await using SqlConnection connection = await OpenAsync(async);
        _server.Answer = _ => TdsReply.Error(SqlClientErrors.DatabaseIsReadOnly);
        Assert.True(_adapter.IndicatesStalePool(await Observed.FailedScalarAsync(connection, "SELECT 1", async)));
        _server.Answer = _ => TdsReply.Error(2627);
        Assert.False(_adapter.IndicatesStalePool(await Observed.FailedScalarAsync(connection, "SELECT 1", async)));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task A_command_timeout_is_survived_when_the_attention_is_answered(bool answered, bool async)
    {
        await using SqlConnection connection = await OpenAsync(async);
        _server.Answer = _ => TdsReply.Silence;
        _server.AcknowledgesAttention = answered;
        DbFailure failure = await Observed.FailedScalarAsync(connection, "SELECT 1", async, timeout: 1);
        failure = await failure.SettledAsync(connection);
        Assert.Equal(SqlClientErrors.Timeout, Assert.IsType<SqlException>(failure.Exception).Number);
        Assert.Equal(DbFailureKind.Timeout, failure.Kind());
        Assert.Equal(answered, failure.ConnectionSurvived);
        Assert.Equal(!answered, failure.IsFailure());
    }

    [Fact]
    public async Task A_cancelled_command_whose_attention_is_answered_is_no_evidence()
    {
        await using SqlConnection connection = await OpenAsync(async: true);
        _server.Answer = _ => TdsReply.Silence;
        using CancellationTokenSource cancel = new(TimeSpan.FromMilliseconds(300));
        DbFailure failure = await Observed.FailedScalarAsync(connection, "SELECT 1", async: true, cancel: cancel);
        SqlException exception = Assert.IsType<SqlException>(failure.Exception);
        Assert.Equal((0, 11), (exception.Number, exception.Class));
        Assert.Equal(DbFailureKind.Cancelled, failure.Kind());
        Assert.True(failure.ConnectionSurvived);
        Assert.False(failure.IsFailure());
    }

    /// <summary>SqlClient waits for the answer without a limit: a cancelled command has no timeout any more, and the
    /// five seconds that it gives an attention after a timeout do not apply.</summary>
    [Fact]
    public async Task A_cancelled_command_whose_attention_is_never_answered_ends_with_the_connection_and_is_a_failure()
    {
        await using SqlConnection connection = await OpenAsync(async: true);
        _server.Answer = _ => TdsReply.Silence;
        _server.AcknowledgesAttention = false;
        using CancellationTokenSource cancel = new(TimeSpan.FromMilliseconds(100));
        Task<DbFailure> cancelled = Observed.FailedScalarAsync(connection, "SELECT 1", async: true, cancel: cancel);
        await Task.Delay(TimeSpan.FromSeconds(7), TestContext.Current.CancellationToken);
        Assert.False(cancelled.IsCompleted);

        _server.HangUp();
        DbFailure failure = await cancelled;
        Assert.Equal(DbFailureKind.Unavailable, failure.Kind());
        Assert.True(failure.IsFailure());
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_connection_that_is_reset_under_a_command_is_unavailable(bool async)
    {
        await using SqlConnection connection = await OpenAsync(async);
        _server.Answer = _ => TdsReply.Reset;
        DbFailure failure = await Observed.FailedScalarAsync(connection, "SELECT 1", async);
        failure = await failure.SettledAsync(connection);
        Assert.Equal(DbFailureKind.Unavailable, failure.Kind());
        Assert.False(failure.ConnectionSurvived);
        DbFailure afterwards = await Observed.FailedScalarAsync(connection, "SELECT 1", async);
        Assert.Equal(DbFailureKind.Misuse, afterwards.Kind());
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_connection_that_is_reset_while_rows_are_read_is_unavailable(bool async)
    {
        await using SqlConnection connection = await OpenAsync(async);
        _server.Answer = _ => TdsReply.RowsThen(TdsReply.Reset.After(TimeSpan.FromMilliseconds(200)), ["n"], [1], [2]);
        CancellationToken token = TestContext.Current.CancellationToken;
        await using SqlCommand command = new("SELECT n", connection);
        await using SqlDataReader reader = async ? await command.ExecuteReaderAsync(token) : command.ExecuteReader();
        DbFailure failure = await Observed.FailureAsync(connection, DbPhase.Reading, async () =>
        {
            while (async ? await reader.ReadAsync(token) : reader.Read())
            {
            }
        });
        failure = await failure.SettledAsync(connection);

        // A read that begins after the driver noticed is a call on a closed reader; the connection's state tells then.
        if (failure.Exception is not InvalidOperationException)
            Assert.Equal(DbFailureKind.Unavailable, failure.Kind());
        Assert.False(failure.ConnectionSurvived);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_commit_on_a_dead_connection_is_unavailable(bool async)
    {
        await using SqlConnection connection = await OpenAsync(async);
        await using SqlTransaction transaction = connection.BeginTransaction();
        _server.Answer = text => text == TdsServer.Commit ? TdsReply.Reset : TdsReply.Done;
        DbFailure failure = await Observed.FailureAsync(connection, DbPhase.Committing, async () =>
        {
            if (async) await transaction.CommitAsync(TestContext.Current.CancellationToken);
            else transaction.Commit();
        });
        failure = await failure.SettledAsync(connection);
        Assert.Equal(DbFailureKind.Unavailable, failure.Kind());
        Assert.False(failure.ConnectionSurvived);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_second_reader_is_misuse(bool async)
    {
        await using SqlConnection connection = await OpenAsync(async);
        _server.Answer = _ => TdsReply.Rows(["n"], [1], [2]);
        await using SqlCommand command = new("SELECT n", connection);
        await using SqlDataReader reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        DbFailure failure = await Observed.FailedScalarAsync(connection, "SELECT 1", async);
        Assert.IsType<InvalidOperationException>(failure.Exception);
        Assert.Equal(DbFailureKind.Misuse, failure.Kind());
    }

    private async Task<SqlConnection> OpenAsync(bool async)
    {
        SqlConnection connection = new(_server.ConnectionString);
        await Observed.OpenAsync(connection, async);
        return connection;
    }
}
