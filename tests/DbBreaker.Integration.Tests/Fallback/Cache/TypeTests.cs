using System.Collections;
using System.Data.Common;
using System.Net;
using System.Text.Json;
using DbBreaker.TestKit.Reading;
using NpgsqlTypes;

namespace DbBreaker.Integration.Tests.Fallback.Cache;

/// <summary>Every type that Npgsql returns, live and from the cache, by every getter that a caller might use.</summary>
public sealed class TypeTests(StorePair pair) : IClassFixture<StorePair>
{
    public static IReadOnlyDictionary<string, Func<DbDataReader, object?>[]> Values { get; } =
        new Dictionary<string, Func<DbDataReader, object?>[]>
        {
            ["true"] = [r => r.GetBoolean(0)],
            ["'x'::\"char\""] = [r => r.GetChar(0)],
            ["7::smallint"] = [r => r.GetInt16(0), r => r.GetInt32(0), r => r.GetInt64(0), r => r.GetByte(0)],
            ["7::int"] = [r => r.GetInt32(0), r => r.GetInt64(0), r => r.GetInt16(0), r => r.GetFieldValue<int?>(0)],
            ["70000::int"] = [r => r.GetInt16(0)],
            ["7::bigint"] = [r => r.GetInt64(0), r => r.GetInt32(0), r => r.GetFieldValue<object>(0)],
            ["1.5::real"] = [r => r.GetFloat(0)],
            ["'NaN'::float8"] = [r => r.GetDouble(0)],
            ["12345678901234567890.12345::numeric"] = [r => r.GetDecimal(0)],
            ["1.50::numeric"] = [r => r.GetDecimal(0), r => r.GetFieldValue<double>(0)],
            ["'2026-01-02 03:04:05.678901'::timestamp"] = [r => r.GetDateTime(0)],
            ["'2026-01-02 03:04:05.678901+02'::timestamptz"] =
                [r => r.GetDateTime(0), r => r.GetFieldValue<DateTimeOffset>(0)],
            ["'infinity'::timestamptz"] = [r => r.GetDateTime(0)],
            ["'2026-01-02'::date"] = [r => r.GetDateTime(0), r => r.GetFieldValue<DateOnly>(0)],
            ["'03:04:05.678'::time"] = [r => r.GetFieldValue<TimeOnly>(0), r => r.GetFieldValue<TimeSpan>(0)],
            ["'03:04:05+02'::timetz"] = [r => r.GetFieldValue<DateTimeOffset>(0)],
            ["'1 day 02:03:04.5'::interval"] = [r => r.GetFieldValue<TimeSpan>(0)],
            ["'0e984725-c51c-4bf4-9960-e1c80e27aba0'::uuid"] = [r => r.GetGuid(0)],
            ["'grüße 🌍'::text"] =
            [
                r => r.GetString(0), r => r.GetTextReader(0).ReadToEnd(), r => ReaderDescription.Chars(r), r =>
                    r.GetFieldValue<char[]>(0),
                r => ReaderDescription.Hex(r.GetStream(0)), r => r.GetFieldValue<string>(0),
            ],
            ["''::varchar"] = [r => r.GetString(0)],
            ["repeat('long ', 100000)"] = [r => r.GetString(0).Length],
            ["'{\"a\": [1, null]}'::jsonb"] =
            [
                r => r.GetString(0), r => r.GetFieldValue<JsonDocument>(0).RootElement.ToString(),
            ],
            ["'{\"a\": 1}'::json"] = [r => r.GetString(0), r => ReaderDescription.Hex(r.GetStream(0))],
            ["'\\x00ff10'::bytea"] =
            [
                r => r.GetFieldValue<byte[]>(0), r => ReaderDescription.Bytes(r),
                r => ReaderDescription.Hex(r.GetStream(0)),
            ],
            ["'10110'::varbit"] = [r => r.GetFieldValue<BitArray>(0).Count],
            ["'1'::bit(1)"] = [r => r.GetBoolean(0)],
            ["'10.0.0.1'::inet"] = [r => r.GetFieldValue<IPAddress>(0), r => r.GetFieldValue<NpgsqlInet>(0)],
            ["'10.1.0.0/16'::cidr"] = [],
            ["'08:00:2b:01:02:03'::macaddr"] = [],
            ["'[1,5)'::int4range"] = [r => r.GetFieldValue<NpgsqlRange<int>>(0)],
            ["'empty'::int8range"] = [],
            ["'(,7.5]'::numrange"] = [],
            ["'[2026-01-01,2026-02-01)'::daterange"] = [r => r.GetFieldValue<NpgsqlRange<DateOnly>>(0)],
            ["'[2026-01-01 00:00,)'::tstzrange"] = [],
            ["'{[1,2),[5,9)}'::int4multirange"] = [],
            ["ARRAY[1,2,3]"] = [r => r.GetFieldValue<int[]>(0), r => r.GetFieldValue<List<int>>(0), r =>
                r.GetFieldValue<int?[]>(0)],
            ["ARRAY[1,NULL,3]"] = [r => r.GetFieldValue<int?[]>(0), r => r.GetFieldValue<List<int?>>(0)],
            ["ARRAY[[1,2],[3,4]]"] = [r => r.GetFieldValue<int[,]>(0)],
            ["ARRAY[]::text[]"] = [r => r.GetFieldValue<string[]>(0)],
            ["ARRAY['a',NULL]"] = [r => r.GetFieldValue<string[]>(0), r => r.GetFieldValue<List<string>>(0)],
            ["ARRAY['\\x01'::bytea]"] = [r => r.GetFieldValue<byte[][]>(0)],
            ["ARRAY['[1,5)'::int4range]"] = [],
            ["'(1.5,2)'::point"] = [],
            ["NULL::int"] = [r => r.GetInt32(0), r => r.GetFieldValue<int?>(0), r => r.IsDBNull(0), r =>
                r.GetFieldValue<string>(0)],
            ["NULL"] = [],
            ["'a'::name"] = [],
            ["42::oid"] = [],
        };

    public static TheoryData<string> Cases => [.. Values.Keys];

    [Theory, MemberData(nameof(Cases))]
    public async Task A_value_is_restored_in_every_form(string sql)
    {
        await using Store store = StorePair.Guard(pair.Primary, o => o.FallbackToCache());
        using DbReadScope scope = DbReadScope.BeginWithFallbackCache(TimeSpan.FromMinutes(1));
        IReadOnlyList<string> live = await Describe(store, sql, recorded: false);
        IReadOnlyList<string> recording = await Describe(store, sql, recorded: true);
        store.Guard.Isolate("the test");
        Assert.Equal(live, recording);
        Assert.Equal(live, await Describe(store, sql, recorded: true));
        Assert.Equal(DbReadSource.Cache, scope.Latest?.Source);
    }

    [Theory]
    [InlineData("'1 month'::interval"), InlineData("1e40::numeric"), InlineData("'(1,2)'::tid"),
        InlineData("'a b'::tsvector")]
    public async Task What_cannot_be_restored_is_not_kept_and_does_not_disturb_the_caller(string sql)
    {
        await using Store store = StorePair.Guard(pair.Primary, o => o.FallbackToCache());
        await using GuardedDbConnection connection = (GuardedDbConnection)await store.Source.OpenConnectionAsync(Token);
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT {sql}::text, 7, {sql}";
        command.WithFallbackCache(TimeSpan.FromMinutes(1));
        await using (DbDataReader reader = await command.ExecuteReaderAsync(Token))
        {
            Assert.True(await reader.ReadAsync(Token));
            Assert.NotEmpty(reader.GetString(0));
            Assert.Equal(7, reader.GetInt32(1));
            Assert.False(await reader.ReadAsync(Token));
        }

        store.Guard.Isolate("the test");
        var rejection = await Assert.ThrowsAsync<DbCircuitOpenException>(() => command.ExecuteReaderAsync(Token));
        Assert.Contains("cache has no rows of it", rejection.Message, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<string>> Describe(Store store, string sql, bool recorded)
    {
        DbDataSource source = recorded ? store.Source : store.Source.Inner;
        await using DbCommand command = source.CreateCommand($"SELECT {sql} AS \"Value\", 1 AS two");
        await using DbDataReader reader = await command.ExecuteReaderAsync(Token);
        return await ReaderDescription.OfAsync(reader, Values[sql], Token);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
