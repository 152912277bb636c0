using System.Data.Common;
using DbBreaker;
using DbBreaker.TestKit;
using Npgsql;
using Spectre.Console;

namespace Outage;

/// <summary>Reads and writes through one outage of a primary with a standby: frozen first, then killed, then back.
/// </summary>
internal static class ReplicaScenario
{
    private const double WriteShare = 0.1;

    public static async Task<int> RunAsync(OutageOptions options, CancellationToken cancellationToken)
    {
        Console.WriteLine("Starting a primary and its standby ...");
        PostgresPair started;
        try
        {
            started = await PostgresPair.StartAsync(cancellationToken: cancellationToken);
        }
        catch (InvalidOperationException exception) when (!cancellationToken.IsCancellationRequested)
        {
            Console.Error.WriteLine($"A replica takes two PostgreSQL servers. {exception.Message}");
            return 1;
        }

        await using PostgresPair pair = started;
        await pair.Primary.ExecuteAsync(
            "CREATE TABLE item AS SELECT n AS id, 'item ' || n AS name FROM generate_series(1, 1000) n",
            cancellationToken);
        await using GuardedDbDataSource source = NpgsqlDataSource.Create(Pool(pair.Primary, options))
            .WithCircuitBreaker(guard => guard.FallbackToReplica(Pool(pair.Standby, options)));
        await RunAsync(options, pair, source, cancellationToken);
        foreach (DbGuardTransition transition in source.Guard.GetSnapshot().RecentTransitions)
            AnsiConsole.MarkupLineInterpolated($"  {transition.At:HH:mm:ss.fff} {transition}");
        return 0;
    }

    private static async Task RunAsync(
        OutageOptions options, PostgresPair pair, GuardedDbDataSource source, CancellationToken cancellationToken)
    {
        int fromReplica = 0;
        OpenLoopLoad reads = Load(options, options.Rate), writes = Load(options, options.Rate * WriteShare);
        Task<LoadResult> reading = reads.RunAsync(
            async token =>
            {
                if (await ReadAsync(source, token)) Interlocked.Increment(ref fromReplica);
            }, cancellationToken);
        Task<LoadResult> writing = writes.RunAsync(token => WriteAsync(source, token), cancellationToken);
        string phase = "healthy";
        TimeSpan faultAt = default, openAt = default, backAt = default;
        Task hurting = HurtAsync();
        await Progress.ShowAsync("reads", reads, () => phase, Task.WhenAll(reading, hurting));
        await hurting;
        Print(await reading, await writing, (options.WarmUp / 2, faultAt, openAt, backAt), fromReplica);

        async Task HurtAsync()
        {
            await Task.Delay(options.WarmUp, TimeProvider.System, cancellationToken);
            (faultAt, phase) = (reads.Elapsed, "frozen");
            await pair.Primary.FreezeAsync(cancellationToken);
            while (source.Guard.State != CircuitState.Open && !reading.IsCompleted)
                await Task.Delay(10, cancellationToken);
            (openAt, phase) = (reads.Elapsed, "standby");
            await Task.Delay(options.Freeze / 2, TimeProvider.System, cancellationToken);
            phase = "killed";
            await pair.Primary.KillAsync(cancellationToken);
            await Task.Delay(options.Freeze / 2, TimeProvider.System, cancellationToken);
            await pair.Primary.StartAgainAsync(cancellationToken);
            (backAt, phase) = (reads.Elapsed, "back");
        }
    }

    private static async Task<bool> ReadAsync(GuardedDbDataSource source, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await source.OpenConnectionAsync(cancellationToken);
        await using var command = (GuardedDbCommand)connection.CreateCommand();
        command.CommandText = "SELECT name FROM item WHERE id <= 100";
        await using DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) reader.GetString(0);
        return command.FallbackOrigin is not null;
    }

    private static async Task WriteAsync(GuardedDbDataSource source, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await source.OpenConnectionAsync(cancellationToken);
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = "UPDATE item SET name = name || '.' WHERE id = 1 + (random() * 999)::int";
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static OpenLoopLoad Load(OutageOptions options, double rate) => new(new OpenLoopLoadOptions
    {
        Rate = rate,
        Duration = options.WarmUp + options.Freeze + options.After,
        IsRejection = static exception => exception is DbGuardException,
    });

    private static string Pool(PostgresServer server, OutageOptions options)
    {
        NpgsqlConnectionStringBuilder builder = server.CreateBuilder();
        builder.MaxPoolSize = options.Pool;
        return builder.ConnectionString;
    }

    private static void Print(
        LoadResult reads, LoadResult writes,
        (TimeSpan Warm, TimeSpan Fault, TimeSpan Open, TimeSpan Back) at, int fromReplica)
    {
        var table = new Table().AddColumn("").AddColumn("reads").AddColumn("writes");
        Row("p99 before", load => Time(Percentile(load, at.Warm, at.Fault)));
        Row("p99 from the open circuit to the return", load => Time(Percentile(load, at.Open, at.Back)));
        Row("failed after the circuit opened", load => $"{After(load, LoadOutcome.Failed):#,0}");
        Row("rejected after the circuit opened", load => $"{After(load, LoadOutcome.Rejected):#,0}");
        Row("succeeded", load => $"{load.Count(LoadOutcome.Succeeded):#,0}");
        table.AddRow("circuit open after", $"{(at.Open - at.Fault).TotalSeconds:0.00} s", "");
        table.AddRow("answered by the standby", $"{fromReplica:#,0}", "");
        AnsiConsole.Write(table);

        void Row(string title, Func<LoadResult, string> cell) => table.AddRow(title, cell(reads), cell(writes));

        int After(LoadResult load, LoadOutcome outcome) =>
            load.Requests.Count(r => r.ScheduledAt > at.Open && r.Outcome == outcome);
    }

    private static TimeSpan? Percentile(LoadResult load, TimeSpan from, TimeSpan to)
    {
        TimeSpan[] taken = [.. load.Requests
            .Where(r => r.ScheduledAt > from && r.ScheduledAt < to && r.Latency is not null)
            .Select(static r => r.Latency!.Value).Order()];
        return taken.Length == 0 ? null : taken[(int)Math.Ceiling(taken.Length * 0.99) - 1];
    }

    private static string Time(TimeSpan? time) => time is { } t ? $"{t.TotalMilliseconds:0.0} ms" : "none";
}
