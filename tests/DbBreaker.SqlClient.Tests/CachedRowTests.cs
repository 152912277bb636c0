using System.Data.Common;
using Dapper;
using DbBreaker.TestKit;
using DbBreaker.TestKit.Reading;
using DbBreaker.TestKit.Tds;
using Microsoft.Data.SqlClient;

namespace DbBreaker.SqlClient.Tests;

/// <summary>Every type that the stand-in server sends, as SqlClient gives it live and from the cache.</summary>
public sealed class CachedRowTests : IDisposable
{
    private const string Sql = "SELECT value, two";
    private static readonly string[] _columns = ["Value", "two"];

    private static readonly Dictionary<string, object> _values = new()
    {
        ["bit"] = true, ["tinyint"] = (byte)255, ["smallint"] = short.MinValue, ["int"] = int.MinValue,
        ["bigint"] = long.MinValue, ["real"] = 1.5f, ["float"] = double.MinValue,
        ["decimal"] = 12345678901234567.8901234567m, ["decimal below zero"] = -1.50m,
        ["uniqueidentifier"] = new Guid("0e984725-c51c-4bf4-9960-e1c80e27aba0"), ["date"] = new DateOnly(2026, 1, 2),
        ["time"] = new TimeSpan(0, 3, 4, 5, 678, 901), ["datetime2"] = new DateTime(2026, 1, 2, 3, 4, 5, 678, 901),
        ["last datetime2"] = DateTime.MaxValue, ["datetimeoffset"] =
            new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(-2.5)),
        ["nvarchar"] = "grüße 🌍", ["nvarchar of nothing"] = "", ["nvarchar(4000)"] = new string('x', 4000),
        ["varbinary"] = new byte[] { 0, 255, 16 }, ["varbinary of nothing"] = Array.Empty<byte>(),
        ["varbinary(max)"] = new byte[100_000],
    };

    private readonly TdsServer _server = new();

    public static TheoryData<string, bool, bool> Cases => [.. from name in _values.Keys
        from isNull in (bool[])[false, true] from async in (bool[])[false, true] select (name, isNull, async)];

    public void Dispose() => _server.Dispose();

    [Theory, MemberData(nameof(Cases))]
    public async Task A_value_comes_back_as_the_driver_gave_it(string name, bool isNull, bool async)
    {
        _server.Answer = _ => isNull
            ? TdsReply.Nulls(_columns, _values[name], 1)
            : TdsReply.Rows(_columns, [_values[name], 1]);
        await using SqlConnection live = new(_server.ConnectionString);
        await Observed.OpenAsync(live, async);
        await using GuardedDbConnection guarded = Guard();
        await Observed.OpenAsync(guarded, async);
        await RestoredRows.AssertSameAsync(
            live, guarded, Sql, async, isRaw: true, Dapper, TestContext.Current.CancellationToken);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Rows_answer_when_the_server_is_gone(bool async)
    {
        _server.Answer = static _ => TdsReply.Rows(_columns, ["kept", 1]);
        await using GuardedDbConnection connection = Guard();
        using DbReadScope scope = DbReadScope.BeginWithFallbackCache(TimeSpan.FromHours(1));
        await Observed.OpenAsync(connection, async);
        Assert.Equal("kept", await ScalarAsync());
        _server.Stop();
        await Eventually.BecomesTrueAsync(
            async _ =>
            {
                try
                {
                    await connection.CloseAsync();
                    await Observed.OpenAsync(connection, async);
                    return await ScalarAsync() is "kept";
                }
                catch (DbException)
                {
                    return false;
                }
            }, TimeSpan.FromSeconds(60), "the cache answers", cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(DbReadSource.Cache, scope.Latest?.Source);

        async Task<object?> ScalarAsync()
        {
            await using DbCommand command = connection.CreateCommand();
            command.CommandText = Sql;
            return async
                ? await command.ExecuteScalarAsync(TestContext.Current.CancellationToken) : command.ExecuteScalar();
        }
    }

    private GuardedDbConnection Guard() => GuardedDbConnection.Create(
        new SqlConnection(_server.ConnectionString + ";Connect Timeout=2;PoolBlockingPeriod=NeverBlock"),
        new DbBreaker.Data.GuardBinding(new DbGuardRegistry(), null, static guard => guard.FallbackToCache()),
        guard: null);

    private static IEnumerable<object?> Dapper(DbConnection connection) =>
        [((IDictionary<string, object?>)connection.QuerySingle(Sql))["Value"], connection.QuerySingle<Row>(Sql).Value];

    private sealed class Row
    {
        public object? Value { get; set; }
    }
}
