// A shop reads its orders through EF Core and through plain ADO.NET, both behind one guard. Then another connection
// locks the database for some seconds, which is a real outage for everybody else. Watch who waits and who does not.
using System.Data.Common;
using System.Diagnostics;
using DbBreaker;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

string file = Path.Combine(Path.GetTempPath(), $"quickstart-{Environment.ProcessId}.db");
string connectionString = $"Data Source={file};Default Timeout=10;Pooling=False";
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, cancel) =>
{
    cancel.Cancel = true;
    stop.Cancel();
};

try
{
    CreateDatabase();
    Run();
}
finally
{
    File.Delete(file);
}

void Run()
{
    // These two lines are all that is needed. A name makes both share one guard.
    DbContextOptions<Shop> options = new DbContextOptionsBuilder<Shop>()
        .UseSqlite(connectionString).AddCircuitBreaker("shop").Options;
    Func<DbConnection> connect = () => new SqliteConnection(connectionString).WithCircuitBreaker("shop");

    var clock = Stopwatch.StartNew();
    var calls = new Calls(clock);
    // Requests keep coming whether or not earlier ones were answered, each on a thread of its own, as in a web server.
    var arrivals = new Thread(() => Arrive(calls, UseEf, UseAdo));
    arrivals.Start();

    Pause(1);
    Say("twenty requests a second, and the database answers");
    using (var blocker = new SqliteConnection(connectionString))
    {
        blocker.Open();
        Execute(blocker, "BEGIN EXCLUSIVE");
        Say("another connection takes the exclusive lock: the outage begins");
        calls.Mark();
        Pause(5);
        Execute(blocker, "ROLLBACK");
    }

    Say("the lock is gone");
    calls.Mark();
    Pause(3);
    stop.Cancel();
    arrivals.Join();
    Report(calls);

    void UseEf()
    {
        using var shop = new Shop(options);
        _ = shop.Orders.Count();
    }

    void UseAdo()
    {
        using DbConnection connection = connect();
        connection.Open();
        Execute(connection, "SELECT count(*) FROM Orders");
    }

    void Say(string text) => Console.WriteLine($"{clock.Elapsed.TotalSeconds,6:0.00} s  {text}");
}

void Arrive(Calls calls, Action first, Action second)
{
    for (int i = 0; !stop.Token.WaitHandle.WaitOne(50); i++)
    {
        Action call = i % 2 == 0 ? first : second;
        new Thread(() => calls.Make(call)).Start();
    }
}

void Report(Calls calls)
{
    Console.WriteLine();
    Console.WriteLine("What the guard did, and why:");
    foreach (DbGuardTransition transition in DbGuardRegistry.Shared.Find("shop")!.GetSnapshot().RecentTransitions)
        Console.WriteLine($"  {transition.From} -> {transition.To}: {transition.Reason}");
    Console.WriteLine(
        $"{calls.Succeeded} calls succeeded, {calls.Rejected} were rejected at once, {calls.Failed} failed.");
}

void Pause(double seconds) => stop.Token.WaitHandle.WaitOne(TimeSpan.FromSeconds(seconds));

void CreateDatabase()
{
    using var shop = new Shop(new DbContextOptionsBuilder<Shop>().UseSqlite(connectionString).Options);
    shop.Database.EnsureCreated();
    shop.Database.ExecuteSqlRaw("PRAGMA journal_mode = DELETE");
    shop.Orders.Add(new Order { Item = "coffee" });
    shop.SaveChanges();
}

static void Execute(DbConnection connection, string sql)
{
    using DbCommand command = connection.CreateCommand();
    command.CommandText = sql;
    command.ExecuteNonQuery();
}

/// <summary>Counts calls, and prints the first of each kind after a mark.</summary>
internal sealed class Calls(Stopwatch clock)
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _told = ["succeeded"];

    public int Succeeded { get; private set; }

    public int Rejected { get; private set; }

    public int Failed { get; private set; }

    public void Mark()
    {
        lock (_lock) _told.Clear();
    }

    public void Make(Action call)
    {
        TimeSpan began = clock.Elapsed;
        try
        {
            call();
            lock (_lock) Tell("succeeded", began, $"(number {++Succeeded})");
        }
        catch (DbGuardException rejection)
        {
            lock (_lock)
            {
                Rejected++;
                Tell("was rejected", began, rejection.Message);
            }
        }
        catch (SqliteException failure)
        {
            lock (_lock)
            {
                Failed++;
                Tell("failed", began, failure.Message);
            }
        }
    }

    private void Tell(string kind, TimeSpan began, string text)
    {
        if (!_told.Add(kind)) return;
        TimeSpan took = clock.Elapsed - began;
        Console.WriteLine(
            $"{clock.Elapsed.TotalSeconds,6:0.00} s    a call {kind} after {took.TotalSeconds:0.000} s: {text}");
    }
}

internal sealed class Shop(DbContextOptions<Shop> options) : DbContext(options)
{
    public DbSet<Order> Orders => Set<Order>();
}

internal sealed class Order
{
    public int Id { get; set; }

    public required string Item { get; set; }
}
