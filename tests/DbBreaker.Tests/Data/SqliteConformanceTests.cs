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
        GuardedDbProviderFactory guarded = SqliteFactory.Instance.WithCircuitBreaker("sqlite conformance");
        IReadOnlyList<ConformanceDifference> differences =
            await ConformanceComparison.RunAsync(SqliteFactory.Instance, guarded, Dialect);

        Assert.Equal([], differences.Where(d => !Expected.ContainsKey(d.Operation)));
        Assert.Equal(Expected.Keys, differences.Select(d => d.Operation).Intersect(Expected.Keys));
    }

    [Fact]
    public async Task No_operation_on_a_healthy_server_is_held_against_it()
    {
        GuardedDbProviderFactory guarded = SqliteFactory.Instance.WithCircuitBreaker("sqlite evidence");
        DbGuard guard = Warm(guarded);
        List<string> held = [];
        foreach (ConformanceOperation operation in ConformanceTable.Operations)
        {
            long before = guard.GetSnapshot().Failures;
            string outcome = await operation.RunAsync(guarded, Dialect);
            if (guard.GetSnapshot().Failures > before) held.Add($"{operation}: {outcome}");
        }

        Assert.Equal([], held);
    }

    [Fact]
    public void Every_operation_has_a_name_of_its_own() =>
        Assert.Distinct(ConformanceTable.Operations.Select(o => o.Name));

    private static DbGuard Warm(GuardedDbProviderFactory factory)
    {
        using var connection = (GuardedDbConnection)factory.CreateConnection()!;
        connection.ConnectionString = Dialect.ConnectionString;
        return connection.Guard;
    }
}
