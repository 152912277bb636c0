using System.Data.Common;
using Dapper;
using DbBreaker.TestKit;
using DbBreaker.TestKit.Reading;
using MySqlConnector;

namespace DbBreaker.MySqlConnector.Tests;

/// <summary>Every type that MySqlConnector returns, live and from the cache.</summary>
public sealed class CachedRowTests : IAsyncLifetime
{
    private const string Plain = "", ZeroDates = "AllowZeroDateTime=true", AsZero = "ConvertZeroDateTime=true",
        Numbers = "TreatTinyAsBoolean=false", NoGuids = "GuidFormat=None", BinaryGuids = "GuidFormat=Binary16";

    // A column's type, the values of its row, and what the connection string says beside.
    private static readonly (string Type, string Value, string Settings)[] _columns =
    [
        ("TINYINT", "-128", Plain), ("TINYINT UNSIGNED", "255", Plain), ("BOOL", "1", Plain), ("BOOL", "0", Plain),
        ("BOOL", "1", Numbers), ("SMALLINT", "-32768", Plain), ("SMALLINT UNSIGNED", "65535", Plain),
        ("MEDIUMINT", "-8388608", Plain), ("MEDIUMINT UNSIGNED", "16777215", Plain),
        ("INT", "-2147483648", Plain), ("INT UNSIGNED", "4294967295", Plain),
        ("BIGINT", "-9223372036854775808", Plain), ("BIGINT UNSIGNED", "18446744073709551615", Plain),
        ("DECIMAL(28,10)", "123456789012345678.0123456789", Plain), ("DECIMAL(10,2)", "-1.50", Plain),
        ("DOUBLE", "-1.7976931348623157e308", Plain), ("FLOAT", "1.5", Plain),
        ("BIT(1)", "1", Plain), ("BIT(64)", "18446744073709551615", Plain),
        ("DATETIME(6)", "'2026-01-02 03:04:05.678901'", Plain), ("DATETIME(6)", "'9999-12-31 23:59:59.999999'", Plain),
        ("DATE", "'2026-01-02'", Plain), ("TIMESTAMP(6) NULL", "'2026-01-02 03:04:05.5'", Plain),
        ("TIME(6)", "'-838:59:58.000001'", Plain), ("TIME", "'13:14:15'", Plain), ("YEAR", "2026", Plain),
        ("CHAR(36)", "'0e984725-c51c-4bf4-9960-e1c80e27aba0'", Plain),
        ("CHAR(36)", "'0e984725-c51c-4bf4-9960-e1c80e27aba0'", NoGuids),
        ("BINARY(16)", "X'0e984725c51c4bf49960e1c80e27aba0'", BinaryGuids),
        ("CHAR(3)", "'abc'", Plain), ("VARCHAR(100)", "'grüße 🌍'", Plain), ("VARCHAR(10)", "''", Plain),
        ("TEXT", "REPEAT('text ', 10000)", Plain), ("LONGTEXT", "REPEAT('long ', 150000)", Plain),
        ("VARBINARY(10)", "X'00ff10'", Plain), ("VARBINARY(10)", "''", Plain), ("BLOB", "X'0001'", Plain),
        ("LONGBLOB", "REPEAT(X'00ff', 300000)", Plain), ("JSON", "'{\"a\": [1, null]}'", Plain),
        ("ENUM('one','two')", "'two'", Plain), ("SET('one','two','three')", "'one,three'", Plain),
        ("DATETIME(6)", "'2026-01-02 03:04:05.678901'", ZeroDates), ("DATETIME", "'0000-00-00'", ZeroDates),
        ("DATE", "'0000-00-00'", ZeroDates), ("DATETIME", "'0000-00-00'", AsZero),
        ("POINT", "POINT(1.5, 2)", Plain), ("GEOMETRY", "ST_GeomFromText('LINESTRING(0 0,1 1)')", Plain),
    ];

    private readonly string _table = $"types_{Guid.NewGuid():N}";
    private MariaDbServer _server = null!;

    public static TheoryData<string, string, string, bool> Cases =>
        [.. from column in _columns from isNull in (bool[])[false, true] from async in (bool[])[false, true]
        select (column.Type, isNull ? "NULL" : column.Value, column.Settings, async)];

    public async ValueTask InitializeAsync() => _server = await MariaDbServer.FindAsync();

    public async ValueTask DisposeAsync()
    {
        await using MySqlConnection connection = await OpenAsync(Plain);
        await Observed.ScalarAsync(connection, $"DROP TABLE IF EXISTS {_table}", async: true);
    }

    [Theory, MemberData(nameof(Cases))]
    public async Task A_value_comes_back_as_the_driver_gave_it(string type, string value, string settings, bool async)
    {
        await using MySqlConnection live = await OpenAsync(settings);
        await Observed.ScalarAsync(live, $"SET sql_mode = ''; CREATE TABLE {_table} (c {type})", async: true);
        await Observed.ScalarAsync(live, $"INSERT INTO {_table} VALUES ({value})", async: true);
        await using GuardedDbConnection guarded = Guard(new DbGuardRegistry(), settings);
        await guarded.OpenAsync(TestContext.Current.CancellationToken);
        string sql = $"SELECT c AS `Value`, 1 AS two FROM {_table}";
        // How a Guid lies in its bytes is the connection string's to say, and not kept.
        await RestoredRows.AssertSameAsync(
            live, guarded, sql, async, isRaw: settings != BinaryGuids, connection => Dapper(connection, sql),
            TestContext.Current.CancellationToken);
    }

    [Theory, InlineData(Numbers), InlineData("DateTimeKind=Utc"), InlineData(ZeroDates)]
    public async Task Rows_never_answer_a_connection_that_would_read_them_as_other_types(string settings)
    {
        var registry = new DbGuardRegistry();
        const string Sql = "SELECT CAST('2026-01-02' AS DATETIME), 1";
        using DbReadScope scope = DbReadScope.BeginWithFallbackCache(TimeSpan.FromMinutes(1));
        await using GuardedDbConnection one = Guard(registry, "Application Name=one;" + Plain);
        await using GuardedDbConnection other = Guard(registry, settings);
        await using GuardedDbConnection same = Guard(registry, "ApplicationName=another;Connection Timeout=3");
        Assert.Same(one.Guard, other.Guard);
        await Observed.OpenAsync(one, async: true);
        await Observed.ScalarAsync(one, Sql, async: true);
        one.Guard.Isolate("the test");
        // It was never opened, so that its string is as it was given, with the password.
        await Observed.OpenAsync(same, async: true);
        await Observed.ScalarAsync(same, Sql, async: true);
        await Observed.OpenAsync(other, async: true);
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => Observed.ScalarAsync(other, Sql, async: true));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Rows_of_one_database_never_answer_in_another(bool async)
    {
        const string Sql = "SELECT DATABASE()";
        using DbReadScope scope = DbReadScope.BeginWithFallbackCache(TimeSpan.FromMinutes(1));
        await using GuardedDbConnection connection = Guard(new DbGuardRegistry(), Plain);
        await Observed.OpenAsync(connection, async);
        object? first = await Observed.ScalarAsync(connection, Sql, async);
        await connection.ChangeDatabaseAsync("information_schema", TestContext.Current.CancellationToken);
        connection.Guard.Isolate("the test");
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => Observed.ScalarAsync(connection, Sql, async));
        connection.Guard.Reset();
        Assert.Equal("information_schema", await Observed.ScalarAsync(connection, Sql, async));
        connection.Guard.Isolate("the test");
        Assert.Equal("information_schema", await Observed.ScalarAsync(connection, Sql, async));
        await connection.CloseAsync();
        await Observed.OpenAsync(connection, async);
        Assert.Equal(first, await Observed.ScalarAsync(connection, Sql, async));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Rows_answer_when_the_server_is_gone(bool async)
    {
        await using MariaDbServer server = await MariaDbServer.StartAsync(
            cancellationToken: TestContext.Current.CancellationToken);
        await using GuardedDbConnection connection = GuardedDbConnection.Create(
            new MySqlConnection(server.ConnectionString + ";Connection Timeout=2"),
            new DbBreaker.Data.GuardBinding(new DbGuardRegistry(), null, static guard => guard.FallbackToCache()),
            guard: null);
        await Observed.OpenAsync(connection, async);
        using DbReadScope scope = DbReadScope.BeginWithFallbackCache(TimeSpan.FromHours(1));
        Assert.Equal("kept", await Observed.ScalarAsync(connection, "SELECT 'kept'", async));
        await connection.CloseAsync();
        await server.KillAsync(TestContext.Current.CancellationToken);
        await Eventually.BecomesTrueAsync(
            async _ =>
            {
                try
                {
                    await connection.CloseAsync();
                    await Observed.OpenAsync(connection, async);
                    return await Observed.ScalarAsync(connection, "SELECT 'kept'", async) is "kept";
                }
                catch (DbException)
                {
                    return false;
                }
            }, TimeSpan.FromSeconds(60), "the cache answers", cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(DbReadSource.Cache, scope.Latest?.Source);
    }

    private GuardedDbConnection Guard(DbGuardRegistry registry, string settings) => GuardedDbConnection.Create(
        new MySqlConnection($"{_server.ConnectionString};{settings}"),
        new DbBreaker.Data.GuardBinding(registry, "types", static guard => guard.FallbackToCache()), guard: null);

    private static IEnumerable<object?> Dapper(DbConnection connection, string sql) =>
        [((IDictionary<string, object?>)connection.QuerySingle(sql))["Value"], connection.QuerySingle<Row>(sql).Value];

    private async Task<MySqlConnection> OpenAsync(string settings)
    {
        MySqlConnection connection = new($"{_server.ConnectionString};{settings}");
        await Observed.OpenAsync(connection, async: true);
        return connection;
    }

    private sealed class Row
    {
        public object? Value { get; set; }
    }
}
