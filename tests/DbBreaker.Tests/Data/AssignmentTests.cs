using System.Data;
using System.Data.Common;
using DbBreaker.TestKit.Profiled;
using Microsoft.Data.Sqlite;

namespace DbBreaker.Tests.Data;

/// <summary>Connections and transactions that are assigned to commands, guarded and not.</summary>
public sealed class AssignmentTests : IDisposable
{
    private const string Memory = "Data Source=:memory:";

    private readonly GuardedDbConnection _connection =
        new SqliteConnection(Memory).WithCircuitBreaker($"assigned {Guid.NewGuid():N}");

    public AssignmentTests() => _connection.Open();

    public void Dispose()
    {
        _connection.Guard.Reset();
        _connection.Dispose();
    }

    [Fact]
    public void A_factory_s_command_is_guarded_by_the_connection_that_it_is_given()
    {
        using DbCommand command = SqliteFactory.Instance.WithCircuitBreaker().CreateCommand()!;
        command.CommandText = "SELECT 1";
        command.Connection = _connection;
        _connection.Guard.Isolate("maintenance");

        Assert.Same(_connection, command.Connection);
        Assert.Throws<DbCircuitOpenException>(() => command.ExecuteScalar());
    }

    [Fact]
    public void A_guarded_connection_inside_a_profiler_guards_the_command_that_it_is_assigned_to()
    {
        using var profiled = new ProfiledConnection(_connection);
        using DbCommand command = SqliteFactory.Instance.WithCircuitBreaker().CreateCommand()!;
        command.CommandText = "SELECT 1";
        command.Connection = profiled;

        Assert.Same(_connection, command.Connection);
        Assert.Equal(1L, command.ExecuteScalar());
        _connection.Guard.Isolate("maintenance");
        Assert.Throws<DbCircuitOpenException>(() => command.ExecuteScalar());
    }

    [Fact]
    public void A_guarded_transaction_inside_a_profiler_is_the_transaction_of_the_command()
    {
        using var profiled = new ProfiledConnection(_connection);
        using DbTransaction transaction = profiled.BeginTransaction();
        using DbCommand command = _connection.CreateCommand();
        command.CommandText = "SELECT 1";
        command.Transaction = transaction;
        _connection.Guard.Isolate("maintenance");

        Assert.Equal(1L, command.ExecuteScalar());
        transaction.Commit();
        Assert.Throws<DbCircuitOpenException>(() => command.ExecuteScalar());
    }

    [Fact]
    public void A_transaction_of_the_driver_s_own_passes_as_the_transaction_that_it_is()
    {
        using DbTransaction transaction = _connection.Inner.BeginTransaction();
        using DbCommand command = _connection.CreateCommand();
        command.CommandText = "SELECT 1";
        command.Transaction = transaction;
        _connection.Guard.Isolate("maintenance");

        Assert.Same(transaction, command.Transaction);
        Assert.Equal(1L, command.ExecuteScalar());
    }

    [Fact]
    public void The_driver_s_own_command_takes_no_guarded_connection_and_says_which_types_do_not_fit()
    {
        using var plain = new SqliteCommand("SELECT 1");

        var refused = Assert.Throws<InvalidCastException>(() => ((DbCommand)plain).Connection = _connection);

        Assert.Contains("DbBreaker", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_driver_s_own_connection_behind_a_profiler_is_refused_by_a_guarded_command()
    {
        using var profiled = new ProfiledConnection(new SqliteConnection(Memory));
        using DbCommand command = _connection.CreateCommand();

        var refused = Assert.Throws<InvalidOperationException>(() => command.Connection = profiled);

        Assert.Contains("WithCircuitBreaker", refused.Message, StringComparison.Ordinal);
        Assert.Same(_connection, command.Connection);
    }

    [Fact]
    public void A_guard_around_a_profiler_around_a_guard_is_refused_by_name()
    {
        using var profiled = new ProfiledConnection(_connection);

        var refused = Assert.Throws<InvalidOperationException>(() => profiled.WithCircuitBreaker());

        Assert.Contains(_connection.Guard.Name, refused.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() =>
            new ProfiledFactory(SqliteFactory.Instance.WithCircuitBreaker()).WithCircuitBreaker());
    }

    [Fact]
    public async Task After_disposal_the_driver_answers_and_no_permit_is_taken()
    {
        DbGuard guard = _connection.Guard;
        await _connection.DisposeAsync();
        using DbCommand command = _connection.CreateCommand();
        command.CommandText = "SELECT 1";

        Assert.Throws<InvalidOperationException>(() => command.ExecuteScalar());
        Assert.Equal((0, 0L), (guard.GetSnapshot().PermitsInUse, guard.GetSnapshot().Failures));
        _connection.Open();
        Assert.Equal((ConnectionState.Open, 1), (_connection.State, guard.GetSnapshot().PermitsInUse));
    }

    [Fact]
    public void A_factory_that_is_guarded_twice_is_one_and_can_be_registered_by_name()
    {
        GuardedDbProviderFactory factory = SqliteFactory.Instance.WithCircuitBreaker();
        string name = $"orders {Guid.NewGuid():N}";
        DbProviderFactories.RegisterFactory(name, factory);

        Assert.Same(factory, SqliteFactory.Instance.WithCircuitBreaker());
        using DbConnection connection = DbProviderFactories.GetFactory(name).CreateConnection()!;
        Assert.IsAssignableFrom<GuardedDbConnection>(connection);
        Assert.Same(factory, DbProviderFactories.GetFactory(connection));
        DbProviderFactories.UnregisterFactory(name);
    }

    [Fact]
    public void A_profiler_around_the_driver_keeps_the_name_that_libraries_look_at_and_shares_its_guard()
    {
        using GuardedDbConnection wrapped = new ProfiledConnection(new SqliteConnection(Memory)).WithCircuitBreaker();
        using GuardedDbConnection direct = new SqliteConnection(Memory).WithCircuitBreaker();

        Assert.Equal(nameof(SqliteConnection), wrapped.GetType().Name);
        Assert.Same(direct.Guard, wrapped.Guard);
    }
}
