using System.Data.Common;
using DbBreaker.TestKit.Contract;
using Microsoft.Data.Sqlite;

namespace DbBreaker.Tests.Data;

internal sealed class DatabaseFile : ContractServer
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbbreaker").FullName;
    private SqliteConnection? _locker;

    public DatabaseFile(DbProviderFactory factory)
    {
        Factory = factory;
        using SqliteConnection connection = new(ConnectionString + "Create");
        connection.Open();
        Execute(connection, "CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)");
    }

    public override DbProviderFactory Factory { get; }

    // A pooled connection keeps the file that it opened, wherever that has gone.
    public override string ConnectionString =>
        $"Data Source={Path.Combine(_folder, "orders.db")};Pooling=False;Default Timeout=1;Mode=ReadWrite";

    public override string SameConnectionString =>
        $"pooling=false;MODE=ReadWrite;Filename={Path.Combine(_folder, "orders.db")};Command Timeout=1";

    public override bool HasPool => false;

    public override string NeverStandsStill => "A file answers, or it is not there.";

    public override bool LosesConnections => false;

    public override bool Enlists => false;

    public override IEnumerable<ContractFault> Faults =>
    [
        new("syntax error", "SELEC 1", ContractEvidence.Answer),
        new("unique violation", "INSERT INTO t VALUES (1)", ContractEvidence.Answer),
        new("busy", "INSERT INTO t VALUES (2)", ContractEvidence.Answer)
        {
            Timeout = 1, Before = Lock, After = Unlock,
        },
    ];

    private string File => Path.Combine(_folder, "orders.db");

    public override void Vanish() => System.IO.File.Move(File, File + ".gone");

    public override void Return() => System.IO.File.Move(File + ".gone", File);

    public override string Sleep(DbConnection connection, TimeSpan time)
    {
        connection.Unwrap<SqliteConnection>().CreateFunction("sleep", (double seconds) =>
        {
            Thread.Sleep(TimeSpan.FromSeconds(seconds));
            return 1;
        });
        return string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"SELECT sleep({time.TotalSeconds:0.0})");
    }

    public override ValueTask DisposeAsync()
    {
        Unlock();
        Directory.Delete(_folder, recursive: true);
        return base.DisposeAsync();
    }

    private static void Execute(SqliteConnection connection, string text)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }

    private void Lock()
    {
        _locker = new SqliteConnection(ConnectionString);
        _locker.Open();
        Execute(_locker, "BEGIN EXCLUSIVE");
    }

    private void Unlock()
    {
        _locker?.Dispose();
        _locker = null;
    }
}
