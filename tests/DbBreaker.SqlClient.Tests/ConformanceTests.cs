using DbBreaker.TestKit.Conformance;
using DbBreaker.TestKit.Tds;
using Microsoft.Data.SqlClient;

namespace DbBreaker.SqlClient.Tests;

public sealed class ConformanceTests : IDisposable
{
    private static readonly Dictionary<string, string> Expected = new()
    {
        ["Factory.CreateDataSource null [NoString]"] =
            "Without a string there is no server to guard; the guarded source says so when it is made.",
    };

    private readonly TdsServer _server = new() { Answer = Answer };

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task A_guarded_driver_does_what_the_bare_one_does()
    {
        const string name = "sqlclient conformance";
        var dialect = new ConformanceDialect(_server.ConnectionString, "CREATE TABLE #t", "#t")
        {
            Begin = "BEGIN TRAN",
            OtherDatabase = "master",
        };
        IReadOnlyList<ConformanceDifference> differences = await ConformanceComparison.RunAsync(
            SqlClientFactory.Instance,
            SqlClientFactory.Instance.WithCircuitBreaker(name),
            dialect,
            static () => DbGuardRegistry.Shared.Find(name)?.GetSnapshot().Failures ?? 0);

        ConformanceComparison.Check(differences, Expected);
    }

    // What the table asks, as a real server would answer it: enough for a comparison, since both drivers meet it.
    private static TdsReply Answer(string text) => text switch
    {
        _ when text.StartsWith("SELEC ", StringComparison.Ordinal) || text == "SELEC" =>
            TdsReply.Error(102, 15, "Incorrect syntax near '1'."),
        _ when text.Contains("there_is_no_such_table", StringComparison.Ordinal) =>
            TdsReply.Error(208, 16, "Invalid object name 'there_is_no_such_table'."),
        _ when text.Contains("'again'", StringComparison.Ordinal) =>
            TdsReply.Error(2627, 14, "Violation of PRIMARY KEY constraint."),
        _ when text.StartsWith("SELECT id, name", StringComparison.Ordinal) =>
            TdsReply.Rows(["id", "name"], [1, "one"], [2, null]),
        _ when text.StartsWith("SELECT name", StringComparison.Ordinal) =>
            text.Contains("@id", StringComparison.Ordinal) ? TdsReply.Rows(["name"], ["one"]) : TdsReply.Done,
        "SELECT 1; SELECT 2" => TdsReply.Results(TdsReply.Scalar(1), TdsReply.Scalar(2)),
        _ => TdsServer.AnswerAnything(text),
    };
}
