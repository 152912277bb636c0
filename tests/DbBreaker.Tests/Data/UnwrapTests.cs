using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using DbBreaker.Data;
using DbBreaker.TestKit.Profiled;
using Microsoft.Data.Sqlite;
using SqliteConnection = Microsoft.Data.Sqlite.SqliteConnection;

namespace DbBreaker.Tests.Data;

/// <summary>The driver's own objects, whatever lies before them.</summary>
public sealed class UnwrapTests
{
    private const string Memory = "Data Source=:memory:";

    [Fact]
    public void A_driver_s_objects_are_reached_through_guard_and_profiler_in_either_order()
    {
        using var driver = new SqliteConnection(Memory);
        using DbConnection outside = new ProfiledConnection(driver).WithCircuitBreaker(NewName());
        using DbConnection inside = new ProfiledConnection(new SqliteConnection(Memory).WithCircuitBreaker(NewName()));

        Assert.Same(driver, outside.Unwrap<SqliteConnection>());
        Assert.NotNull(inside.Unwrap<SqliteConnection>());
        foreach (DbConnection connection in (DbConnection[])[outside, inside])
        {
            connection.Open();
            using DbCommand command = connection.CreateCommand();
            using DbTransaction transaction = connection.BeginTransaction();
            command.Transaction = transaction;
            Assert.NotNull(command.Unwrap<SqliteCommand>());
            Assert.NotNull(transaction.Unwrap<SqliteTransaction>());
            Assert.NotNull(command.Unwrap<GuardedDbCommand>());
            Assert.NotNull(transaction.Unwrap<GuardedDbTransaction>());
            Assert.NotNull(connection.Unwrap<GuardedDbConnection>());
        }
    }

    [Fact]
    public void The_outermost_layer_of_a_type_is_the_one_that_is_found()
    {
        using GuardedDbConnection guarded = new SqliteConnection(Memory).WithCircuitBreaker(NewName());

        Assert.Same(guarded, guarded.Unwrap<DbConnection>());
        Assert.Same(guarded.Inner, ((DbConnection)guarded.Inner).Unwrap<SqliteConnection>());
    }

    [Fact]
    public void What_is_not_there_is_said_with_what_is()
    {
        using DbConnection connection = new ProfiledConnection(
            new SqliteConnection(Memory).WithCircuitBreaker(NewName()));

        var refused = Assert.Throws<InvalidOperationException>(() => connection.Unwrap<FakeServerConnection>());

        Assert.Contains(nameof(FakeServerConnection), refused.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(ProfiledConnection), refused.Message, StringComparison.Ordinal);
        Assert.Contains("Microsoft.Data.Sqlite.SqliteConnection", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => ((DbCommand)null!).Unwrap<SqliteCommand>());
    }

    [Fact]
    public void A_data_source_and_a_batch_are_reached_too()
    {
        using DbDataSource inner = SqliteFactory.Instance.CreateDataSource(Memory);
        using GuardedDbDataSource guarded = inner.WithCircuitBreaker(NewName());

        Assert.Same(guarded, guarded.Unwrap<GuardedDbDataSource>());
        Assert.Same(inner, Layers.Find<DbDataSource>(guarded.Inner));
        Assert.Throws<ArgumentNullException>(() => ((DbBatch)null!).Unwrap<GuardedDbBatch>());
    }

    [Fact]
    public void A_wrapper_of_two_connections_is_taken_for_a_driver()
    {
        using var one = new SqliteConnection(Memory);
        using var other = new SqliteConnection(Memory);
        using var both = new PairedConnection(one, other);

        Assert.Same(both, Wrappers.DriverOf(both));
        Assert.Same(one, Wrappers.DriverOf(new ProfiledConnection(one)));
    }

    [Fact]
    public void A_wrapper_that_has_let_go_of_its_connection_is_a_wrapper_still()
    {
        var gone = new ProfiledConnection(new SqliteConnection(Memory));
        gone.Dispose();
        using var driver = new SqliteConnection(Memory);
        using var profiled = new ProfiledConnection(driver);

        Assert.Same(gone, Wrappers.DriverOf(gone));
        Assert.Same(driver, Wrappers.DriverOf(profiled));
    }

    private static string NewName() => $"unwrap {Guid.NewGuid():N}";

    private sealed class PairedConnection(DbConnection primary, DbConnection secondary) : DbConnection
    {
        public DbConnection Primary => primary;

        public DbConnection Secondary => secondary;

        [AllowNull]
        public override string ConnectionString { get; set; } = Memory;

        public override string Database => primary.Database;

        public override string DataSource => primary.DataSource;

        public override string ServerVersion => primary.ServerVersion;

        public override ConnectionState State => primary.State;

        public override void ChangeDatabase(string databaseName) => primary.ChangeDatabase(databaseName);

        public override void Close() => primary.Close();

        public override void Open() => primary.Open();

        protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) =>
            primary.BeginTransaction(isolationLevel);

        protected override DbCommand CreateDbCommand() => primary.CreateCommand();
    }
}
