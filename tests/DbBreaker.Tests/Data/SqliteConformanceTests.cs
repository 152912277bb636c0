using DbBreaker.TestKit.Conformance;
using Microsoft.Data.Sqlite;

namespace DbBreaker.Tests.Data;

public sealed class SqliteConformanceTests
{
    private static readonly ConformanceDialect Dialect = new(
        "Data Source=:memory:",
        "CREATE TABLE t (id integer PRIMARY KEY, name text); INSERT INTO t VALUES (1, 'one'), (2, NULL)",
        "t");

    private static readonly Dictionary<string, string> Expected = new()
    {
        ["Factory.CreateDataSource null [NoString]"] =
            "Without a string there is no server to guard; the guarded source says so when it is made.",
    };

    [Fact]
    public async Task A_guarded_driver_does_what_the_bare_one_does()
    {
        const string name = "sqlite conformance";
        IReadOnlyList<ConformanceDifference> differences = await ConformanceComparison.RunAsync(
            SqliteFactory.Instance,
            SqliteFactory.Instance.WithCircuitBreaker(name),
            Dialect,
            static () => DbGuardRegistry.Shared.Find(name)?.GetSnapshot().Failures ?? 0);

        ConformanceComparison.Check(differences, Expected);
    }

    [Fact]
    public void There_are_thousands_of_operations() => Assert.True(ConformanceTable.Operations.Count > 2_000);

    [Fact]
    public void Every_operation_has_a_name_of_its_own() =>
        Assert.Distinct(ConformanceTable.Operations.Select(o => o.Name));
}
