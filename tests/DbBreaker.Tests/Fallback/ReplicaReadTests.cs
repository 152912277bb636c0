using System.Data;
using System.Data.Common;
using System.Transactions;

namespace DbBreaker.Tests.Fallback;

public sealed class ReplicaReadTests : IDisposable
{
    private const string Where = "SELECT place FROM item";

    private readonly TwoFiles _files = new();

    public static TheoryData<bool> Ways => [false, true];

    public void Dispose() => _files.Dispose();

    [Theory, MemberData(nameof(Ways))]
    public async Task A_read_goes_to_the_replica_while_the_circuit_is_open(bool async)
    {
        await using GuardedDbConnection connection = _files.Shut(o => o.FallbackToReplica(_files.Replica));
        await connection.Open(async);
        Assert.Equal(ConnectionState.Open, connection.State);
        await using var command = (GuardedDbCommand)connection.CreateCommand(Where);
        Assert.Equal("replica", await command.Scalar(async));
        Assert.Equal(DbReadSource.Replica, command.FallbackOrigin?.Source);
        Assert.Equal(["replica"], await command.Rows(async));
        await connection.Close(async);
        Assert.Equal(ConnectionState.Closed, connection.State);
        Assert.All(_files.Registry.Guards, static guard => Assert.Equal(0, guard.GetSnapshot().PermitsInUse));
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task A_connection_that_was_open_reads_from_the_replica_too(bool async)
    {
        await using GuardedDbConnection connection = _files.Connect(o => o.FallbackToReplica(_files.Replica));
        await connection.Open(async);
        await using DbCommand command = connection.CreateCommand(Where);
        Assert.Equal("primary", await command.Scalar(async));
        connection.Guard.Isolate();
        Assert.Equal("replica", await command.Scalar(async));
        connection.Guard.Reset();
        Assert.Equal("primary", await command.Scalar(async));
        Assert.Null(((GuardedDbCommand)command).FallbackOrigin);
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task A_connection_opened_in_the_outage_returns_to_the_primary_when_it_closes(bool async)
    {
        await using GuardedDbConnection connection = _files.Shut(o => o.FallbackToReplica(_files.Replica));
        await connection.Open(async);
        await using DbCommand command = connection.CreateCommand(Where);
        Assert.Equal("replica", await command.Scalar(async));
        connection.Guard.Reset();
        Assert.Equal("primary", await command.Scalar(async));
        Assert.Equal(1, connection.Guard.GetSnapshot().PermitsInUse);
        await connection.Close(async);
        Assert.Equal(0, connection.Guard.GetSnapshot().PermitsInUse);
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task A_running_query_keeps_its_server(bool async)
    {
        await using GuardedDbConnection connection = _files.Shut(o => o.FallbackToReplica(_files.Replica));
        await connection.Open(async);
        await using DbCommand command = connection.CreateCommand(Where);
        DbDataReader reader = await command.Reader(async);
        connection.Guard.Reset();
        Assert.True(await reader.Read(async));
        Assert.Equal("replica", reader.GetString(0));
        await reader.DisposeAsync();
        Assert.Equal("primary", await command.Scalar(async));
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Whatever_is_no_read_is_rejected(bool async)
    {
        await using GuardedDbConnection connection = _files.Shut(o => o.FallbackToReplica(_files.Replica));
        await connection.Open(async);
        await using DbCommand insert = connection.CreateCommand("INSERT INTO item (place) VALUES ('x')");
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => insert.NonQuery(async));
        await Assert.ThrowsAsync<DbCircuitOpenException>(
            async () => _ = async ? await connection.BeginTransactionAsync(Token) : connection.BeginTransaction());
        await using DbCommand begin = connection.CreateCommand("BEGIN; SELECT 1");
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => begin.Scalar(async));
        Assert.Throws<DbCircuitOpenException>(() => connection.ServerVersion);
        Assert.Equal("replica", await connection.CreateCommand(Where).Scalar(async));
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task A_write_in_the_guise_of_a_read_gets_the_rejection_and_changes_nothing(bool async)
    {
        await using GuardedDbConnection connection = _files.Shut(o =>
        {
            o.FallbackToReplica(_files.Replica);
            o.Fallback = _ => throw new InvalidOperationException("A hook is not asked for writes.");
        });
        await connection.Open(async);
        await using DbCommand command = connection.CreateCommand("INSERT INTO item (place) VALUES ('x') RETURNING id");
        var rejection = await Assert.ThrowsAsync<DbCircuitOpenException>(() => command.Scalar(async));
        Assert.Contains(
            "It is no read: replica sqlite://replica.db refused the command because it writes", rejection.Message,
            StringComparison.Ordinal);
        Assert.Single(rejection.FallbackErrors);
        Assert.Equal(1L, await connection.CreateCommand("SELECT count(*) FROM item").Scalar(async));
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task An_error_in_the_statement_is_the_answer(bool async)
    {
        await using GuardedDbConnection connection = _files.Shut(o => o.FallbackToReplica(_files.Replica));
        await connection.Open(async);
        await Assert.ThrowsAsync<Microsoft.Data.Sqlite.SqliteException>(
            () => connection.CreateCommand("SELECT nothing").Scalar(async));
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Within_an_ambient_transaction_the_open_is_rejected(bool async)
    {
        await using GuardedDbConnection connection = _files.Shut(o => o.FallbackToReplica(_files.Replica));
        using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => connection.Open(async));
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task A_replica_that_is_gone_is_passed_over_and_named(bool async)
    {
        string[] gone = [_files.Missing];
        await using GuardedDbConnection both =
            _files.Shut(o => o.FallbackToReplica(gone[0]).FallbackToReplica(_files.Replica));
        await both.Open(async);
        for (int i = 0; i < 4; i++) Assert.Equal("replica", await both.CreateCommand(Where).Scalar(async));

        using var other = new TwoFiles();
        await using GuardedDbConnection one = other.Shut(o => o.FallbackToReplica(other.Missing));
        await one.Open(async);
        var rejection = await Assert.ThrowsAsync<DbCircuitOpenException>(() => one.CreateCommand(Where).Scalar(async));
        Assert.Contains(
            "No fallback helped: replica sqlite://missing.db failed", rejection.Message, StringComparison.Ordinal);
        Assert.IsType<Microsoft.Data.Sqlite.SqliteException>(Assert.Single(rejection.FallbackErrors));
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Replicas_take_turns(bool async)
    {
        using var other = new TwoFiles();
        await using GuardedDbConnection connection =
            _files.Shut(o => o.FallbackToReplica(_files.Replica).FallbackToReplica(other.Primary));
        await connection.Open(async);
        var seen = new List<object?>();
        for (int i = 0; i < 4; i++) seen.Add(await connection.CreateCommand(Where).Scalar(async));
        Assert.Equal(["replica", "primary", "replica", "primary"], seen);
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Parameters_reach_the_replica(bool async)
    {
        await using GuardedDbConnection connection = _files.Shut(o => o.FallbackToReplica(_files.Replica));
        await connection.Open(async);
        await using DbCommand command =
            connection.CreateCommand("SELECT place FROM item WHERE id = @id AND @none IS NULL");
        command.Add("@id", 1);
        command.Add("@none", DBNull.Value);
        Assert.Equal("replica", await command.Scalar(async));
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Closing_with_the_reader_closes_the_connection(bool async)
    {
        await using GuardedDbConnection connection = _files.Shut(o => o.FallbackToReplica(_files.Replica));
        await connection.Open(async);
        await using DbCommand command = connection.CreateCommand(Where);
        await using (DbDataReader reader = await command.Reader(async, CommandBehavior.CloseConnection))
            Assert.True(await reader.Read(async));
        Assert.Equal(ConnectionState.Closed, connection.State);
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task State_changes_are_told_once(bool async)
    {
        await using GuardedDbConnection connection = _files.Shut(o => o.FallbackToReplica(_files.Replica));
        var told = new List<ConnectionState>();
        connection.StateChange += (_, change) => told.Add(change.CurrentState);
        await connection.Open(async);
        connection.Guard.Reset();
        Assert.Equal("primary", await connection.CreateCommand(Where).Scalar(async));
        await connection.Close(async);
        Assert.Equal([ConnectionState.Open, ConnectionState.Closed], told);
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            connection.Guard.Isolate();
            await connection.Open(async);
            await connection.Open(async);
        });
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
