using System.CommandLine;

namespace Outage;

/// <summary>What the command line asks for.</summary>
internal sealed record OutageOptions(
    double Rate, int Pool, TimeSpan Freeze, TimeSpan WarmUp, TimeSpan After, string Fault, string Svg,
    string[] Contenders,
    string Scenario)
{
    private static readonly Option<double> _rate = new("--rate")
    {
        Description = "Requests per second (1 to 2,000).", DefaultValueFactory = _ => 200,
    };

    private static readonly Option<int> _pool = new("--pool")
    {
        Description = "Maximum Pool Size (1 to 200).", DefaultValueFactory = _ => 20,
    };

    private static readonly Option<double> _freeze = new("--freeze")
    {
        Description = "Seconds the server stays away (1 to 300).", DefaultValueFactory = _ => 20,
    };

    private static readonly Option<double> _warmUp = new("--warm-up")
    {
        Description = "Seconds of healthy traffic before (1 to 60).", DefaultValueFactory = _ => 5,
    };

    private static readonly Option<double> _after = new("--after")
    {
        Description = "Seconds of traffic after (1 to 120).", DefaultValueFactory = _ => 15,
    };

    private static readonly Option<string> _fault = new("--fault")
    {
        Description = "freeze (the server stands still) or restart (it is killed, and started again).",
        DefaultValueFactory = _ => "freeze",
    };

    private static readonly Option<string> _svg = new("--svg")
    {
        Description = "Where the timeline is written.", DefaultValueFactory = _ => "outage.svg",
    };

    private static readonly Option<string> _scenario = new("--scenario")
    {
        Description = "contenders (one server, three ways to meet its outage) or replica (reads go on on a standby).",
        DefaultValueFactory = _ => "contenders",
    };

    private static readonly Option<string[]> _only = new("--only")
    {
        Description = "Contenders to run: plain, polly, dbbreaker. All unless given.",
        DefaultValueFactory = _ => ["plain", "polly", "dbbreaker"],
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>The command; what it runs gets the options.</summary>
    public static RootCommand Command(Func<OutageOptions, CancellationToken, Task<int>> run)
    {
        Between(_rate, 1, 2_000);
        Between(_pool, 1, 200);
        Between(_freeze, 1, 300);
        Between(_warmUp, 1, 60);
        Between(_after, 1, 120);
        _fault.AcceptOnlyFromAmong("freeze", "restart");
        _scenario.AcceptOnlyFromAmong("contenders", "replica");
        _only.AcceptOnlyFromAmong("plain", "polly", "dbbreaker");
        var command = new RootCommand(
            "One PostgreSQL outage, three ways to meet it: plain Npgsql, Npgsql inside a Polly breaker, DbBreaker. "
            + "The server is found as the tests find it: DBBREAKER_POSTGRES is not hurt, so a container or "
            + "local binaries.")
        {
            _rate, _pool, _freeze, _warmUp, _after, _fault, _svg, _only, _scenario,
        };
        command.SetAction((result, cancellation) => run(From(result), cancellation));
        return command;
    }

    private static OutageOptions From(ParseResult result) => new(
        result.GetValue(_rate),
        result.GetValue(_pool),
        TimeSpan.FromSeconds(result.GetValue(_freeze)),
        TimeSpan.FromSeconds(result.GetValue(_warmUp)),
        TimeSpan.FromSeconds(result.GetValue(_after)),
        result.GetValue(_fault)!,
        result.GetValue(_svg)!,
        result.GetValue(_only)!,
        result.GetValue(_scenario)!);

    private static void Between<T>(Option<T> option, double least, double most)
        where T : struct, IConvertible =>
        option.Validators.Add(result =>
        {
            double value = Convert.ToDouble(result.GetValueOrDefault<T>());
            if (value < least || value > most || double.IsNaN(value))
                result.AddError($"{option.Name} is {value}; accepted is {least} to {most:#,0}.");
        });
}
