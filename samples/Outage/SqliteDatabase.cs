using System.Data.Common;
using DbBreaker;
using DbBreaker.TestKit;
using Microsoft.Data.Sqlite;

namespace Outage;

/// <summary>A SQLite file, which another connection locks: an outage that needs nothing installed.</summary>
internal sealed class SqliteDatabase : IDatabase
{
    /// <summary>A second: whoever waits for the lock holds a thread, and there are to be hundreds of them at most.
    /// </summary>
    public const double MostRequests = 25;

    private readonly string _file = Path.Combine(Path.GetTempPath(), $"outage-{Environment.ProcessId}.db");
    private readonly OutageOptions _options;
    private readonly SqliteConnection _blocker;

    public SqliteDatabase(OutageOptions options)
    {
        _options = options;
        _blocker = new SqliteConnection($"Data Source={_file};Pooling=False");
        _blocker.Open();
        Execute("CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO item (name) VALUES ('one');");
    }

    public string Fault => "lock";

    public string Question => "SELECT count(*) FROM item";

    // The driver waits for a lock on its caller's thread, asynchronous or not.
    public RequestStart Start => RequestStart.OwnThread;

    // The time that Npgsql gives an open, so that the contenders wait as long as they would there.
    public DbDataSource CreateSource(string contender) =>
        new SqliteSource($"Data Source={_file};Default Timeout=15;Pooling=False");

    public void Configure(DbGuardOptions guard) => guard.PermitLimit = _options.Pool;

    public Task HurtAsync(CancellationToken cancellationToken)
    {
        Execute("BEGIN EXCLUSIVE");
        return Task.CompletedTask;
    }

    public Task HealAsync(Action isBack, CancellationToken cancellationToken)
    {
        isBack();
        Execute("ROLLBACK");
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _blocker.Dispose();
        File.Delete(_file);
        return ValueTask.CompletedTask;
    }

    private void Execute(string sql)
    {
        using SqliteCommand command = _blocker.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private sealed class SqliteSource(string connectionString) : DbDataSource
    {
        public override string ConnectionString => connectionString;

        protected override DbConnection CreateDbConnection() => new SqliteConnection(connectionString);
    }
}
