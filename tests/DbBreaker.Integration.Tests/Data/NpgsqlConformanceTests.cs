using DbBreaker.TestKit;
using DbBreaker.TestKit.Conformance;
using Npgsql;

namespace DbBreaker.Integration.Tests.Data;

public sealed class NpgsqlConformanceTests : IAsyncLifetime
{
    // Npgsql sends a savepoint with the next command, and breaks the connection when the server refuses it: a fall that
    // nobody asked for is a failure, whoever saw which exception.
    private const string LateSavepoint = "Npgsql breaks the connection when a savepoint is refused late.";

    private static readonly Dictionary<string, string> Expected = new()
    {
        ["Transaction.Save 'point', after a failed statement [InTransaction]"] = LateSavepoint,
        ["Transaction.SaveAsync 'point', after a failed statement [InTransaction]"] = LateSavepoint,
        ["Transaction.SaveAsync cancelled 'point', after a failed statement [InTransaction]"] = LateSavepoint,
        ["Transaction.Save, roll back to, release 'point', after a failed statement [InTransaction]"] = LateSavepoint,
        ["Transaction.SaveAsync, RollbackAsync, ReleaseAsync 'point', after a failed statement [InTransaction]"] =
            LateSavepoint,
    };

    private PostgresDatabase _database = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ConformanceDialect Dialect => new(
        _database.ConnectionString,
        "CREATE TEMPORARY TABLE t (id integer PRIMARY KEY, name text); INSERT INTO t VALUES (1, 'one'), (2, NULL)",
        "t")
    {
        OtherDatabase = "postgres",
    };

    public async ValueTask InitializeAsync() =>
        _database = await (await PostgresServer.FindAsync()).CreateDatabaseAsync(Token);

    public async ValueTask DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task A_guarded_driver_does_what_the_bare_one_does()
    {
        const string name = "npgsql conformance";
        IReadOnlyList<ConformanceDifference> differences = await ConformanceComparison.RunAsync(
            NpgsqlFactory.Instance,
            NpgsqlFactory.Instance.WithCircuitBreaker(name),
            Dialect,
            static () => DbGuardRegistry.Shared.Find(name)?.GetSnapshot().Failures ?? 0);

        ConformanceComparison.Check(differences, Expected, sometimes: Expected.Keys);
    }
}
