using Microsoft.Data.Sqlite;

namespace DbBreaker.Tests.Fallback;

/// <summary>A primary and a replica that hold different rows, so that a test sees which one answered.</summary>
internal sealed class TwoFiles : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbbreaker-").FullName;

    public TwoFiles()
    {
        Fill(Primary, "primary");
        Fill(Replica, "replica");
    }

    public string Primary => Text("primary.db");

    public string Replica => Text("replica.db");

    public string Missing => Text("missing.db");

    public DbGuardRegistry Registry { get; } = new();

    /// <summary>A guarded connection to the primary, in a registry of its own, with its circuit held open.</summary>
    public GuardedDbConnection Shut(Action<DbGuardOptions> configure)
    {
        GuardedDbConnection connection = Connect(configure);
        connection.Guard.Isolate("test");
        return connection;
    }

    public GuardedDbConnection Connect(Action<DbGuardOptions> configure) => GuardedDbConnection.Create(
        new SqliteConnection(Primary), new DbBreaker.Data.GuardBinding(Registry, null, configure), guard: null);

    /// <summary>A connection whose guard has a name that others may share.</summary>
    public GuardedDbConnection Named(string name, string connectionString, Action<DbGuardOptions> configure) =>
        GuardedDbConnection.Create(
            new SqliteConnection(connectionString), new DbBreaker.Data.GuardBinding(Registry, name, configure),
                guard: null);

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private static void Fill(string connectionString, string where)
    {
        using var connection = new SqliteConnection(connectionString);
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "CREATE TABLE item (id INTEGER PRIMARY KEY, place TEXT); "
            + $"INSERT INTO item (place) VALUES ('{where}')";
        command.ExecuteNonQuery();
    }

    private string Text(string file) => $"Data Source={Path.Combine(_folder, file)}";
}
