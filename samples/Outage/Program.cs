using System.CommandLine;
using System.Runtime.InteropServices;
using DbBreaker;
using DbBreaker.TestKit;
using Outage;
using Spectre.Console;

RootCommand command = OutageOptions.Command(RunAllAsync);
ParseResult parsed = command.Parse(args);
if (parsed.Errors.Count > 0)
{
    Console.Error.WriteLine(parsed.Errors[0].Message.ReplaceLineEndings(" "));
    return 2;
}

// Ctrl-C ends the run instead of the process, which then takes its server, or its file, along.
using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }, stop.Token);

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}

static async Task<int> RunAllAsync(OutageOptions options, CancellationToken cancellationToken)
{
    try
    {
        return options.Scenario == OutageOptions.ReplicaScenario
            ? await ReplicaScenario.RunAsync(options, cancellationToken)
            : await RunContendersAsync(options, cancellationToken);
    }
    catch (Exception) when (cancellationToken.IsCancellationRequested)
    {
        // Whatever it was in the middle of: a start that is broken off has errors of its own.
        Console.Error.WriteLine("Stopped; nothing is left behind.");
        return 130;
    }
}

static async Task<int> RunContendersAsync(OutageOptions options, CancellationToken cancellationToken)
{
    (IDatabase started, options) = await StartAsync(options, cancellationToken);
    await using IDatabase database = started;
    var runner = new OutageRunner(database, options);
    var runs = new List<Run>();
    foreach (string name in options.Contenders.Distinct())
    {
        await using IContender contender = Create(name, database);
        Run run = await runner.RunAsync(contender, cancellationToken);
        runs.Add(run);
        AnsiConsole.MarkupLine(
            $"[bold]{name}[/]: {run.Load.Requests.Count:#,0} requests, at most {run.MostStuck:#,0} stuck");
        if (contender is GuardedContender guarded)
        {
            foreach (DbGuardTransition transition in guarded.Transitions)
                AnsiConsole.MarkupLineInterpolated($"  {transition.At:HH:mm:ss.fff} {transition}");
        }
    }

    Report.Print(runs);
    Timeline.Write(options.Svg, runs);
    AnsiConsole.MarkupLineInterpolated($"Timeline: {options.Svg}");
    return 0;
}

static async Task<(IDatabase Database, OutageOptions Options)> StartAsync(
    OutageOptions options, CancellationToken cancellationToken)
{
    Console.WriteLine("Starting a PostgreSQL server of our own ...");
    PostgresServer server;
    try
    {
        server = await PostgresServer.StartAsync(cancellationToken: cancellationToken);
    }
    catch (InvalidOperationException exception) when (!cancellationToken.IsCancellationRequested)
    {
        options = options with { Rate = Math.Min(options.Rate, SqliteDatabase.MostRequests) };
        Console.WriteLine(exception.Message);
        Console.WriteLine("So this is the embedded outage: a SQLite file that another connection locks, asked "
            + $"{options.Rate:0.#} times a second, each time on a thread of its own.");
        return (new SqliteDatabase(options), options);
    }

    return (new FrozenPostgres(server, options), options);
}

static IContender Create(string name, IDatabase database) => name switch
{
    OutageOptions.Plain => new PlainContender(database),
    OutageOptions.Polly => new PollyContender(database),
    _ => new GuardedContender(database),
};
