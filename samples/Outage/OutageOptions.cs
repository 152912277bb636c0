using System.CommandLine;
using System.Globalization;

namespace Outage;

/// <summary>What the command line asks for.</summary>
internal sealed record OutageOptions(
    double Rate, int Pool, TimeSpan Freeze, TimeSpan WarmUp, TimeSpan After, string Fault, string Svg,
    string[] Contenders, string Scenario)
{
    public const string FreezeFault = "freeze", RestartFault = "restart";
    public const string ContendersScenario = "contenders", ReplicaScenario = "replica";
    public const string Plain = "plain", Polly = "polly", DbBreaker = "dbbreaker";

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
        DefaultValueFactory = _ => FreezeFault,
    };

    private static readonly Option<string> _svg = new("--svg")
    {
        Description = "Where the timeline of the contenders is written; its folder must exist.",
        DefaultValueFactory = _ => "outage.svg",
    };

    private static readonly Option<string> _scenario = new("--scenario")
    {
        Description = "contenders (one server, three ways to meet its outage) or replica (reads go on on a standby).",
        DefaultValueFactory = _ => ContendersScenario,
    };

    private static readonly Option<string[]> _only = new("--only")
    {
        Description = "Contenders to run: plain, polly, dbbreaker. All unless given.",
        DefaultValueFactory = _ => [Plain, Polly, DbBreaker],
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
        Among(_fault, FreezeFault, RestartFault);
        Among(_scenario, ContendersScenario, ReplicaScenario);
        Among(_only, Plain, Polly, DbBreaker);
        InFolder(_svg);
        var command = new RootCommand(
            "One PostgreSQL outage, three ways to meet it: plain Npgsql, Npgsql inside a Polly breaker, DbBreaker. "
            + "The server is found as the tests find it, in a container or from local binaries; a server that "
            + "DBBREAKER_POSTGRES names is not hurt. Without any, a locked SQLite file takes its place.")
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

    // A value that is no number is an error of the option's, so that the text says what is accepted here too.
    private static void Between<T>(Option<T> option, double least, double most)
        where T : struct, IConvertible
    {
        string accepted = $"accepted is {(typeof(T) == typeof(int) ? "a whole number" : "a number")} "
            + $"from {least} to {most:#,0}.";
        option.CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                && value >= least && value <= most && (typeof(T) != typeof(int) || double.IsInteger(value)))
            {
                return (T)Convert.ChangeType(value, typeof(T), CultureInfo.InvariantCulture);
            }

            result.AddError($"{option.Name} is '{text}'; {accepted}");
            return default;
        };
    }

    private static void Among(Option option, params string[] accepted) =>
        option.Validators.Add(result =>
        {
            foreach (string text in result.Tokens.Select(static token => token.Value).Except(accepted))
                result.AddError($"{option.Name} is '{text}'; accepted is {string.Join(" or ", accepted)}.");
        });

    private static void InFolder(Option<string> option) =>
        option.Validators.Add(result =>
        {
            string path = result.GetValueOrDefault<string>() ?? "";
            bool isAccepted = path.Length > 0 && !Directory.Exists(path)
                && Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path)));
            if (!isAccepted)
                result.AddError($"{option.Name} is '{path}'; accepted is a file in a folder that exists.");
        });
}
