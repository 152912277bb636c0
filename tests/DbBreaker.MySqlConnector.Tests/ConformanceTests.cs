using DbBreaker.TestKit;
using DbBreaker.TestKit.Conformance;
using MySqlConnector;

namespace DbBreaker.MySqlConnector.Tests;

public sealed class ConformanceTests
{
    // MySqlDataAdapter casts the commands of the rows that it updates, so the guarded factory's adapter is a plain one,
    // which sends one row at a time; the driver's says 0, which is as many as there are.
    private const string NoBatches = "The guarded adapter sends one row at a time.";

    private static readonly Dictionary<string, string> Expected = new()
    {
        ["Command builder.its adapter's UpdateBatchSize [Closed]"] = NoBatches,
        ["Command builder.its adapter's UpdateBatchSize [Open]"] = NoBatches,
        ["Command builder.its adapter's UpdateBatchSize [InTransaction]"] = NoBatches,
    };

    [Fact]
    public async Task A_guarded_driver_does_what_the_bare_one_does()
    {
        const string name = "mysql conformance";
        var dialect = new ConformanceDialect(
            (await MariaDbServer.FindAsync()).ConnectionString,
            "CREATE TEMPORARY TABLE t (id int PRIMARY KEY, name text); INSERT INTO t VALUES (1, 'one'), (2, NULL)",
            "t")
        {
            OtherDatabase = "information_schema",
        };
        IReadOnlyList<ConformanceDifference> differences = await ConformanceComparison.RunAsync(
            MySqlConnectorFactory.Instance,
            MySqlConnectorFactory.Instance.WithCircuitBreaker(name),
            dialect,
            static () => DbGuardRegistry.Shared.Find(name)?.GetSnapshot().Failures ?? 0);

        ConformanceComparison.Check(differences, Expected);
    }
}
