using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace DbBreaker.Tests.Data;

public sealed class GatingTests : IDisposable
{
    private readonly GuardedDbConnection _connection =
        new SqliteConnection("Data Source=:memory:").WithCircuitBreaker($"gating {Guid.NewGuid():N}");

    public void Dispose()
    {
        _connection.Guard.Reset();
        _connection.Dispose();
    }

    [Fact]
    public async Task A_new_connection_is_rejected_while_the_circuit_is_open()
    {
        _connection.Guard.Isolate("maintenance");

        Assert.Throws<DbCircuitOpenException>(_connection.Open);
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => _connection.OpenAsync(Token));
        Assert.Equal(ConnectionState.Closed, _connection.State);
        Assert.Equal(0, _connection.Guard.GetSnapshot().PermitsInUse);
    }

    [Fact]
    public async Task A_command_on_an_idle_connection_is_rejected_while_the_circuit_is_open()
    {
        _connection.Open();
        _connection.Guard.Isolate("maintenance");

        Assert.Throws<DbCircuitOpenException>(() => Execute("SELECT 1"));
        Assert.Throws<DbCircuitOpenException>(() => Execute("BEGIN"));
        Assert.Throws<DbCircuitOpenException>(() => _connection.BeginTransaction());
        await Assert.ThrowsAsync<DbCircuitOpenException>(async () => await ExecuteAsync("SELECT 1"));
        _connection.Close();
        Assert.Equal(ConnectionState.Closed, _connection.State);
    }

    [Fact]
    public async Task Nothing_inside_a_transaction_is_rejected()
    {
        _connection.Open();
        await using DbTransaction transaction = await _connection.BeginTransactionAsync(Token);
        _connection.Guard.Isolate("maintenance");

        Execute("CREATE TABLE t (id int)");
        await ExecuteAsync("INSERT INTO t VALUES (1)");
        await transaction.SaveAsync("one", Token);
        await transaction.RollbackAsync("one", Token);
        await transaction.CommitAsync(Token);

        Assert.Throws<DbCircuitOpenException>(() => Execute("SELECT 1"));
    }

    [Theory]
    [InlineData("BEGIN", "COMMIT")]
    [InlineData("/* marginalia */ begin immediate;", "-- done\nROLLBACK")]
    [InlineData("SAVEPOINT one", "END")]
    public async Task Nothing_inside_a_transaction_begun_as_text_is_rejected(string begin, string end)
    {
        _connection.Open();
        Execute(begin);
        _connection.Guard.Isolate("maintenance");

        Execute("CREATE TABLE t (id int)");
        await ExecuteAsync("INSERT INTO t VALUES (1)");
        await ExecuteAsync(end);

        Assert.Throws<DbCircuitOpenException>(() => Execute("SELECT 1"));
    }

    [Fact]
    public void The_end_of_an_earlier_transaction_does_not_end_a_later_one()
    {
        _connection.Open();
        DbTransaction earlier = _connection.BeginTransaction();
        earlier.Commit();
        using DbTransaction later = _connection.BeginTransaction();
        earlier.Dispose();
        _connection.Guard.Isolate("maintenance");

        Execute("CREATE TABLE t (id int)");
        later.Commit();
    }

    [Fact]
    public void A_reader_that_closes_its_connection_gives_the_permit_back_and_is_no_failure()
    {
        _connection.Open();
        using (DbCommand command = _connection.CreateCommand())
        {
            command.CommandText = "SELECT 1";
            command.ExecuteReader(CommandBehavior.CloseConnection).Dispose();
        }

        DbGuardSnapshot now = _connection.Guard.GetSnapshot();
        Assert.Equal((0, 0L), (now.PermitsInUse, now.Failures));
    }

    [Fact]
    public void A_guard_on_a_guard_is_refused_by_name()
    {
        var refused = Assert.Throws<InvalidOperationException>(() => _connection.WithCircuitBreaker());

        Assert.Contains(_connection.Guard.Name, refused.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() =>
            SqliteFactory.Instance.WithCircuitBreaker().WithCircuitBreaker());
    }

    [Fact]
    public void A_plain_connection_on_a_guarded_command_is_refused_and_says_why()
    {
        using var plain = new SqliteConnection("Data Source=:memory:");
        using DbCommand command = _connection.CreateCommand();

        var refused = Assert.Throws<InvalidOperationException>(() => command.Connection = plain);

        Assert.Contains("WithCircuitBreaker", refused.Message, StringComparison.Ordinal);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private void Execute(string text)
    {
        using DbCommand command = _connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }

    private async Task ExecuteAsync(string text)
    {
        await using DbCommand command = _connection.CreateCommand();
        command.CommandText = text;
        await command.ExecuteNonQueryAsync(Token);
    }
}
