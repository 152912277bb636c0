using System.Data;
using DbBreaker.TestKit;
using Npgsql;
using static DbBreaker.DbFailureKind;

namespace DbBreaker.Npgsql.Tests;

/// <summary>Failures of a command on a server that is well, and of one whose session ends.</summary>
public sealed class CommandScenarioTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("SELEKT", true)]
    [InlineData("SELEKT", false)]
    [InlineData("SELECT 1/0", true)]
    [InlineData("SELECT * FROM no_such_table", true)]
    [InlineData("CREATE TEMP TABLE u (id int PRIMARY KEY); INSERT INTO u VALUES (1), (1)", true)]
    [InlineData("CREATE TEMP TABLE u (id int PRIMARY KEY); INSERT INTO u VALUES (1), (1)", false)]
    [InlineData("SET statement_timeout = 50; SELECT pg_sleep(10)", true)]
    [InlineData("SET statement_timeout = 50; SELECT pg_sleep(10)", false)]
    [InlineData("DO $$ BEGIN RAISE EXCEPTION 'mine'; END $$", true)]
    [InlineData("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'XX000'; END $$", true)]
    [InlineData("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'XX000'; END $$", false)]
    [InlineData("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '08001'; END $$", true)]
    [InlineData("LOAD '/no/such/library'", true)]
    [InlineData("SET transaction_read_only = on; CREATE TABLE r (id int)", true)]
    public async Task An_error_of_the_statement_is_an_answer(string text, bool isAsync)
    {
        await using NpgsqlConnection connection = await OpenAsync();

        (await Verdict.OfCommandAsync(connection, text, isAsync)).Is(Answered, isFailure: false);
    }

    [Theory]
    [InlineData("40001", true)]
    [InlineData("40P01", true)]
    [InlineData("40P01", false)]
    [InlineData("55P03", true)]
    [InlineData("55P03", false)]
    public async Task A_conflict_is_contention(string sqlState, bool isAsync)
    {
        await using NpgsqlConnection connection = await OpenAsync();
        string text = $"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{sqlState}'; END $$";

        (await Verdict.OfCommandAsync(connection, text, isAsync)).Is(Contention, isFailure: false);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_lock_timeout_is_contention(bool isAsync)
    {
        await using NpgsqlConnection holder = await OpenAsync();
        await using NpgsqlConnection waiter = await OpenAsync();
        await using NpgsqlCommand hold = new("SELECT pg_advisory_lock(4711)", holder);
        await hold.ExecuteNonQueryAsync(Token);

        (await Verdict.OfCommandAsync(waiter, "SET lock_timeout = 50; SELECT pg_advisory_lock(4711)", isAsync))
            .Is(Contention, isFailure: false);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_statement_in_an_aborted_transaction_is_an_answer(bool isAsync)
    {
        await using NpgsqlConnection connection = await OpenAsync();
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(Token);
        await Verdict.OfCommandAsync(connection, "SELECT 1/0", isAsync);

        Verdict verdict = await Verdict.OfCommandAsync(connection, "SELECT 1", isAsync);

        verdict.Is(Answered, isFailure: false);
        Assert.Equal("25P02", Assert.IsType<PostgresException>(verdict.Failure.Exception).SqlState);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_command_timeout_that_the_server_acknowledged_is_slow_and_no_failure(bool isAsync)
    {
        await using NpgsqlConnection connection = await OpenAsync();

        Verdict verdict = await Verdict.OfCommandAsync(connection, "SELECT pg_sleep(30)", isAsync, timeout: 1);

        verdict.Is(DbFailureKind.Timeout, isFailure: false);
        Assert.Equal(ConnectionState.Open, verdict.Failure.StateAfter);
        Assert.True(DbFailureClassifier.IsAnswer(verdict.Kind, verdict.Failure));
    }

    [Fact]
    public async Task A_cancellation_that_the_server_acknowledged_is_no_evidence()
    {
        await using NpgsqlConnection connection = await OpenAsync();
        using CancellationTokenSource soon = new(TimeSpan.FromMilliseconds(100));

        Verdict verdict =
            await Verdict.OfCommandAsync(connection, "SELECT pg_sleep(30)", isAsync: true, cancellation: soon);

        verdict.Is(Cancelled, isFailure: false);
        Assert.Equal(ConnectionState.Open, verdict.Failure.StateAfter);
        Assert.False(DbFailureClassifier.IsAnswer(verdict.Kind, verdict.Failure));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_command_that_another_thread_cancels_is_no_evidence(bool isAsync)
    {
        await using NpgsqlConnection connection = await OpenAsync();
        await using NpgsqlCommand command = new("SELECT pg_sleep(30)", connection);
        Task cancelling = CancelWhenRunningAsync(command, connection.ProcessID);

        Exception? exception = await Record.ExceptionAsync(async () =>
        {
            if (isAsync) await command.ExecuteNonQueryAsync(CancellationToken.None);
            else await Task.Run(command.ExecuteNonQuery, Token);
        });
        await cancelling;

        Verdict.Of(exception!, after: connection.State).Is(Cancelled, isFailure: false);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_busy_session_that_the_server_ends_is_unavailable(bool isAsync)
    {
        await using NpgsqlConnection connection = await OpenAsync();

        Verdict verdict = await Verdict.OfCommandAsync(
            connection, "SELECT pg_terminate_backend(pg_backend_pid()); SELECT pg_sleep(30)", isAsync);

        verdict.Is(Unavailable, isFailure: true);
        Assert.Equal(ConnectionState.Closed, verdict.Failure.StateAfter);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_idle_session_that_the_server_ended_is_unavailable_and_its_next_use_is_misuse(bool isAsync)
    {
        await using NpgsqlConnection connection = await OpenAsync();
        PostgresServer server = await PostgresServer.FindAsync();
        await server.ScalarAsync<bool>($"SELECT pg_terminate_backend({connection.ProcessID}, 5000)", Token);

        (await Verdict.OfCommandAsync(connection, "SELECT 1", isAsync)).Is(Unavailable, isFailure: true);
        (await Verdict.OfCommandAsync(connection, "SELECT 1", isAsync)).Is(Misuse, isFailure: false);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_session_that_ends_while_rows_are_read_is_unavailable(bool isAsync)
    {
        await using NpgsqlConnection connection = await OpenAsync();

        Verdict verdict = await Verdict.OfCommandAsync(
            connection,
            "SELECT repeat('x', 8000), CASE WHEN i = 500 THEN pg_terminate_backend(pg_backend_pid()) END " +
            "FROM generate_series(1, 100000) i", isAsync);

        verdict.Is(Unavailable, isFailure: true);
        Assert.Equal(DbPhase.Reading, verdict.Failure.Phase);
    }

    [Fact]
    public async Task A_second_command_on_a_busy_connection_is_misuse()
    {
        await using NpgsqlConnection connection = await OpenAsync();
        await using NpgsqlCommand first = new("SELECT generate_series(1, 100000)", connection);
        await using NpgsqlDataReader reader = await first.ExecuteReaderAsync(Token);

        Verdict verdict = await Verdict.OfCommandAsync(connection, "SELECT 1", isAsync: true);

        Assert.IsType<NpgsqlOperationInProgressException>(verdict.Failure.Exception);
        verdict.Is(Misuse, isFailure: false);
    }

    private static async Task CancelWhenRunningAsync(NpgsqlCommand command, int processId)
    {
        PostgresServer server = await PostgresServer.FindAsync();
        await Eventually.BecomesTrueAsync(
            async token => await server.ScalarAsync<string>(
                $"SELECT state FROM pg_stat_activity WHERE pid = {processId}", token) == "active",
            TimeSpan.FromSeconds(10), "the command runs", cancellationToken: Token);
        command.Cancel();
    }

    private static async Task<NpgsqlConnection> OpenAsync()
    {
        NpgsqlConnectionStringBuilder builder = (await PostgresServer.FindAsync()).CreateBuilder();
        builder.Pooling = false;
        NpgsqlConnection connection = new(builder.ConnectionString);
        await connection.OpenAsync(Token);
        return connection;
    }
}
