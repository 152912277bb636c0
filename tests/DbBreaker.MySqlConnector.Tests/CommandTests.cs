using System.Data;
using DbBreaker.TestKit;
using MySqlConnector;

namespace DbBreaker.MySqlConnector.Tests;

/// <summary>What it means when a command, a read or a commit fails.</summary>
public sealed class CommandTests : IAsyncLifetime
{
    private readonly MySqlConnectorAdapter _adapter = new();
    private MariaDbServer _server = null!;
    private FaultProxy _proxy = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await MariaDbServer.FindAsync();
        _proxy = FaultProxy.Start("127.0.0.1", _server.Port);
    }

    public ValueTask DisposeAsync() => _proxy.DisposeAsync();

    [Theory]
    [InlineData(1062, DbFailureKind.Answered)]
    [InlineData(1064, DbFailureKind.Answered)]
    [InlineData(1142, DbFailureKind.Answered)]
    [InlineData(1290, DbFailureKind.Answered)]
    [InlineData(1317, DbFailureKind.Answered)]
    [InlineData(1969, DbFailureKind.Answered)]
    [InlineData(3024, DbFailureKind.Answered)]
    [InlineData(1020, DbFailureKind.Contention)]
    [InlineData(1205, DbFailureKind.Contention)]
    [InlineData(1213, DbFailureKind.Contention)]
    [InlineData(1614, DbFailureKind.Contention)]
    [InlineData(3572, DbFailureKind.Contention)]
    [InlineData(1021, DbFailureKind.Saturated)]
    [InlineData(1040, DbFailureKind.Saturated)]
    [InlineData(1203, DbFailureKind.Saturated)]
    [InlineData(1226, DbFailureKind.Saturated)]
    [InlineData(1047, DbFailureKind.Unavailable)]
    [InlineData(1053, DbFailureKind.Unavailable)]
    [InlineData(2006, DbFailureKind.Unavailable)]
    [InlineData(2013, DbFailureKind.Unavailable)]
    public async Task An_error_means_what_its_number_means(int number, DbFailureKind kind)
    {
        string signal = $"SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = {number}, MESSAGE_TEXT = 'scripted'";
        foreach (bool async in (bool[])[false, true])
        {
            await using MySqlConnection connection = await OpenAsync(async);
            DbFailure failure = await Observed.FailedScalarAsync(connection, signal, async);
            Assert.Equal(number, Assert.IsType<MySqlException>(failure.Exception).Number);
            Assert.Equal(kind, failure.Kind());
            Assert.Equal(kind == DbFailureKind.Unavailable, failure.IsFailure());
        }
    }

    [Theory]
    [InlineData(1290, true)]
    [InlineData(1792, true)]
    [InlineData(1836, true)]
    [InlineData(1062, false)]
    public async Task A_server_that_takes_no_writes_says_that_the_pool_is_stale(int number, bool stale)
    {
        await using MySqlConnection connection = await OpenAsync(async: true);
        DbFailure failure = await Observed.FailedScalarAsync(
            connection, $"SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = {number}, MESSAGE_TEXT = 'scripted'", async: true);
        Assert.Equal(stale, _adapter.IndicatesStalePool(failure));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_lock_wait_and_a_deadlock_are_contention(bool async)
    {
        string table = $"t{Guid.NewGuid():N}";
        await using MySqlConnection first = await OpenAsync(async);
        await using MySqlConnection second = await OpenAsync(async);
        await Observed.ScalarAsync(first, $"CREATE TABLE {table} (id INT PRIMARY KEY, n INT)", async);
        await Observed.ScalarAsync(first, $"INSERT INTO {table} VALUES (1, 0), (2, 0)", async);
        await Observed.ScalarAsync(first, "BEGIN", async);
        await Observed.ScalarAsync(first, $"UPDATE {table} SET n = 1 WHERE id = 1", async);

        await Observed.ScalarAsync(second, "SET innodb_lock_wait_timeout = 1", async);
        await Observed.ScalarAsync(second, "BEGIN", async);
        await Observed.ScalarAsync(second, $"UPDATE {table} SET n = 1 WHERE id = 2", async);
        DbFailure wait = await Observed.FailedScalarAsync(second, $"UPDATE {table} SET n = 2 WHERE id = 1", async);
        Assert.Equal(MySqlErrorCode.LockWaitTimeout, Assert.IsType<MySqlException>(wait.Exception).ErrorCode);
        Assert.Equal(DbFailureKind.Contention, wait.Kind());

        Task<object?> blocked = Task.Run(
            () => Observed.ScalarAsync(first, $"UPDATE {table} SET n = 2 WHERE id = 2", async),
            TestContext.Current.CancellationToken);
        Task<object?> victim = Task.Run(
            () => Observed.ScalarAsync(second, $"UPDATE {table} SET n = 2 WHERE id = 1", async),
            TestContext.Current.CancellationToken);
        MySqlException deadlock = await Assert.ThrowsAsync<MySqlException>(() => Task.WhenAll(blocked, victim));
        Assert.Equal(MySqlErrorCode.LockDeadlock, deadlock.ErrorCode);
        Assert.Equal(
            DbFailureKind.Contention,
            new DbFailure(deadlock, DbPhase.Executing, StateAfter: ConnectionState.Open).Kind());
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_command_timeout_that_the_server_heeds_is_survived(bool async)
    {
        await using MySqlConnection connection = await OpenAsync(async);
        DbFailure failure = await Observed.FailedScalarAsync(connection, "SELECT SLEEP(20)", async, timeout: 1);
        Assert.Equal(MySqlErrorCode.CommandTimeoutExpired, Assert.IsType<MySqlException>(failure.Exception).ErrorCode);
        Assert.Equal(DbFailureKind.Timeout, failure.Kind());
        Assert.True(failure.ConnectionSurvived);
        Assert.False(failure.IsFailure());
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_command_timeout_of_a_silent_server_costs_the_connection(bool async)
    {
        await using MySqlConnection connection = await OpenAsync(async);
        _proxy.Silence();
        DbFailure failure = await Observed.FailedScalarAsync(connection, "SELECT 1", async, timeout: 1);
        Assert.Equal(DbFailureKind.Timeout, failure.Kind());
        Assert.False(failure.ConnectionSurvived);
        Assert.True(failure.IsFailure());
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_servers_own_statement_timeout_is_an_answer(bool async)
    {
        await using MySqlConnection connection = await OpenAsync(async);
        DbFailure failure = await Observed.FailedScalarAsync(
            connection, "SET STATEMENT max_statement_time = 0.2 FOR SELECT SLEEP(20)", async);
        Assert.Equal(1969, Assert.IsType<MySqlException>(failure.Exception).Number);
        Assert.Equal(DbFailureKind.Answered, failure.Kind());
    }

    [Fact]
    public async Task A_token_that_the_server_heeds_is_no_evidence()
    {
        await using MySqlConnection connection = await OpenAsync(async: true);
        using CancellationTokenSource cancel = new(TimeSpan.FromMilliseconds(300));
        DbFailure failure = await Observed.FailedScalarAsync(
            connection, "SELECT SLEEP(20)", async: true, cancel: cancel);
        Assert.IsAssignableFrom<OperationCanceledException>(failure.Exception);
        Assert.Equal(DbFailureKind.Cancelled, failure.Kind());
        Assert.True(failure.ConnectionSurvived);
        Assert.False(failure.IsFailure());
    }

    [Fact]
    public async Task A_token_that_a_silent_server_does_not_heed_is_a_failure()
    {
        await using MySqlConnection connection = await OpenAsync(async: true);
        _proxy.Silence();
        using CancellationTokenSource cancel = new(TimeSpan.FromMilliseconds(300));
        DbFailure failure = await Observed.FailedScalarAsync(
            connection, "SELECT SLEEP(20)", async: true, timeout: 3, cancel: cancel);
        Assert.False(failure.ConnectionSurvived);
        Assert.True(failure.IsFailure(), $"{failure}");
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_connection_that_is_reset_or_killed_under_a_command_is_unavailable(bool async)
    {
        foreach (bool reset in (bool[])[true, false])
        {
            await using MySqlConnection connection = await OpenAsync(async);
            Task<DbFailure> running = Observed.FailedScalarAsync(connection, "SELECT SLEEP(20)", async);
            await RunsAsync(connection.ServerThread);
            if (reset) _proxy.ResetAll();
            else await KillAsync(connection.ServerThread);
            DbFailure failure = await running;
            Assert.Equal(DbFailureKind.Unavailable, failure.Kind());
            Assert.False(failure.ConnectionSurvived);
            DbFailure afterwards = await Observed.FailedScalarAsync(connection, "SELECT 1", async);
            Assert.Equal(DbFailureKind.Misuse, afterwards.Kind());
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_connection_that_is_reset_while_rows_are_read_is_unavailable(bool async)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        await using MySqlConnection connection = await OpenAsync(async);
        await using MySqlCommand command = new("SELECT REPEAT('x', 1000) FROM seq_1_to_100000", connection);
        _ = _proxy.ResetAfterBytes(300_000);
        DbFailure failure = await Observed.FailureAsync(connection, DbPhase.Reading, async () =>
        {
            await using MySqlDataReader reader =
                async ? await command.ExecuteReaderAsync(token) : command.ExecuteReader();
            while (async ? await reader.ReadAsync(token) : reader.Read())
            {
            }
        });
        Assert.Equal(DbFailureKind.Unavailable, failure.Kind());
        Assert.False(failure.ConnectionSurvived);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_commit_on_a_dead_connection_is_unavailable(bool async)
    {
        await using MySqlConnection connection = await OpenAsync(async);
        await using MySqlTransaction transaction = connection.BeginTransaction();
        _proxy.ResetAll();
        DbFailure failure = await Observed.FailureAsync(connection, DbPhase.Committing, async () =>
        {
            if (async) await transaction.CommitAsync(TestContext.Current.CancellationToken);
            else transaction.Commit();
        });
        Assert.Equal(DbFailureKind.Unavailable, failure.Kind());
        Assert.False(failure.ConnectionSurvived);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_second_reader_is_misuse(bool async)
    {
        await using MySqlConnection connection = await OpenAsync(async);
        await using MySqlCommand command = new("SELECT 1 UNION SELECT 2", connection);
        await using MySqlDataReader reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        DbFailure failure = await Observed.FailedScalarAsync(connection, "SELECT 1", async);
        Assert.Equal(DbFailureKind.Misuse, failure.Kind());
        Assert.False(failure.IsFailure());
    }

    /// <summary>The driver takes the reader's rows for the answer, and breaks the connection; the server is there.
    /// </summary>
    [Theory, InlineData(false), InlineData(true)]
    public async Task A_transaction_beside_an_open_reader_costs_the_connection_and_is_no_failure(bool async)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        await using MySqlConnection inner = await OpenAsync(async);
        await using GuardedDbConnection connection = inner.WithCircuitBreaker($"beside {async} {Guid.NewGuid():N}");
        await using System.Data.Common.DbCommand command = connection.CreateCommand();
        command.CommandText = "SELECT 1 UNION SELECT 2";
        await using System.Data.Common.DbDataReader reader = await command.ExecuteReaderAsync(token);

        Exception? exception = await Record.ExceptionAsync(async () =>
        {
            if (async) await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, token);
            else connection.BeginTransaction(IsolationLevel.ReadCommitted);
        });

        Assert.IsType<MySqlProtocolException>(exception);
        Assert.NotEqual(ConnectionState.Open, connection.State);
        DbGuardSnapshot now = connection.Guard.GetSnapshot();
        Assert.Equal((0L, 0), (now.Failures, now.PermitsInUse));
    }

    private Task RunsAsync(int thread) => Eventually.BecomesTrueAsync(
        async _ => await AskServerAsync(
            $"SELECT COUNT(*) FROM information_schema.processlist WHERE id = {thread} AND info LIKE '%SLEEP%'") is 1L,
        TimeSpan.FromSeconds(30),
        "the server runs it",
        cancellationToken: TestContext.Current.CancellationToken);

    private Task KillAsync(int thread) => AskServerAsync($"KILL {thread}");

    private async Task<object?> AskServerAsync(string text)
    {
        await using MySqlConnection admin = new(_server.ConnectionString);
        await Observed.OpenAsync(admin, async: true);
        return await Observed.ScalarAsync(admin, text, async: true);
    }

    private async Task<MySqlConnection> OpenAsync(bool async)
    {
        MySqlConnectionStringBuilder settings = new(_server.ConnectionString) { Port = (uint)_proxy.Port };
        MySqlConnection connection = new(settings.ConnectionString);
        await Observed.OpenAsync(connection, async);
        return connection;
    }
}
