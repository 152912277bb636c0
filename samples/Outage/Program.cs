using System.CommandLine;
using DbBreaker.TestKit;
using Npgsql;
using Outage;
using Spectre.Console;

RootCommand command = OutageOptions.Command(RunAllAsync);
ParseResult parsed = command.Parse(args);
if (parsed.Errors.Count > 0)
{
    Console.Error.WriteLine(parsed.Errors[0].Message);
    return 2;
}

return await parsed.InvokeAsync();

static async Task<int> RunAllAsync(OutageOptions options, CancellationToken cancellationToken)
{
    var runs = new List<Run>();
    try
    {
        if (options.Scenario == "replica") return await ReplicaScenario.RunAsync(options, cancellationToken);

        AnsiConsole.MarkupLine("Starting a PostgreSQL server of our own ...");
        await using PostgresServer server = await PostgresServer.StartAsync(cancellationToken: cancellationToken);
        var runner = new OutageRunner(server, options);
        NpgsqlConnectionStringBuilder builder = server.CreateBuilder();
        builder.MaxPoolSize = options.Pool;
        foreach (string name in options.Contenders.Distinct())
        {
            builder.ApplicationName = name;
            await using IContender contender = Create(name, builder.ConnectionString);
            Run run = await runner.RunAsync(contender, cancellationToken);
            runs.Add(run);
            AnsiConsole.MarkupLine(
                $"[bold]{name}[/]: {run.Load.Requests.Count:#,0} requests, at most {run.MostStuck:#,0} stuck");
            if (contender is GuardedContender guarded)
            {
                foreach (DbBreaker.DbGuardTransition transition in guarded.Transitions)
                    AnsiConsole.MarkupLineInterpolated($"  {transition.At:HH:mm:ss.fff} {transition}");
            }
        }
    }
    catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
    {
        Console.Error.WriteLine("Stopped; nothing is left behind.");
        return 130;
    }

    Report.Print(runs);
    Timeline.Write(options.Svg, runs);
    AnsiConsole.MarkupLineInterpolated($"Timeline: {options.Svg}");
    return 0;

    static IContender Create(string name, string connectionString) => name switch
    {
        "plain" => new PlainContender(connectionString),
        "polly" => new PollyContender(connectionString),
        _ => new GuardedContender(connectionString),
    };
}
