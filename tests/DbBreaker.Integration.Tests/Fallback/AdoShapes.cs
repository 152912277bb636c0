using System.Data;
using System.Data.Common;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace DbBreaker.Integration.Tests.Fallback;

/// <summary>The ways to read through ADO.NET and Dapper, each sync and async where both exist.</summary>
internal static class AdoShapes
{
    private const string Orders = """SELECT * FROM "Orders" ORDER BY "Id";""";
    private const string Lines = """SELECT * FROM "Lines" ORDER BY "Id";""";
    private const NpgsqlDbType Integers = NpgsqlDbType.Array | NpgsqlDbType.Integer;
    private const string SomeLines = """SELECT * FROM "Lines" WHERE "Id" = ANY(@ids)""";

    public static IReadOnlyDictionary<string, Func<DbDataSource, bool, Task<object?>>> All { get; } =
        new Dictionary<string, Func<DbDataSource, bool, Task<object?>>>
        {
            ["reader"] = (source, async) => Command(source, async, c => Rows(c, async), Orders),
            ["two results"] = (source, async) => Command(source, async, c => Rows(c, async), Orders + Lines),
            ["one row"] = (source, async) =>
                Command(source, async, c => Rows(c, async, CommandBehavior.SingleRow), Orders),
            ["sequential"] = (source, async) =>
                Command(source, async, c => Rows(c, async, CommandBehavior.SequentialAccess), Orders),
            ["closing"] = (source, async) =>
                Command(source, async, c => Rows(c, async, CommandBehavior.CloseConnection), Orders),
            ["scalar"] = (source, async) => Command(source, async, c => Scalar(c, async), Orders),
            ["scalar null"] = (source, async) => Command(source, async, c => Scalar(c, async), "SELECT NULL::int"),
            ["scalar of nothing"] = (source, async) =>
                Command(source, async, c => Scalar(c, async), "SELECT 1 WHERE false"),
            ["prepared"] = (source, async) => Command(
                source, async, c =>
                {
                    c.Prepare();
                    return Rows(c, async);
                }, Orders),
            ["parameters"] = (source, async) => Command(
                source, async, c => Rows(c, async),
                "SELECT $1 + 1, $2, $3::jsonb, $4::text",
                new NpgsqlParameter<int> { TypedValue = 41 },
                new NpgsqlParameter { Value = new[] { 1, 2 }, NpgsqlDbType = Integers },
                new NpgsqlParameter { Value = "{\"a\": 1}", NpgsqlDbType = NpgsqlDbType.Jsonb },
                new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text }),
            ["output parameter"] = (source, async) => Command(
                source, async, async c =>
                {
                    c.CommandType = CommandType.StoredProcedure;
                    await Rows(c, async);
                    return c.Parameters[0].Value;
                }, "double", new NpgsqlParameter("value", 21) { Direction = ParameterDirection.InputOutput }),
            ["batch"] = (source, async) => Batch(source, async, async batch =>
                await Read(async ? await batch.ExecuteReaderAsync() : batch.ExecuteReader(), async)),
            ["batch scalar"] = (source, async) => Batch(source, async, async batch =>
                async ? await batch.ExecuteScalarAsync() : batch.ExecuteScalar()),
            ["data source's command"] = async (source, async) =>
            {
                await using DbCommand command = source.CreateCommand(Orders);
                return await Rows(command, async);
            },
            ["table"] = (source, async) => Command(source, async, c =>
            {
                using var table = new DataTable();
                using DbDataReader reader = c.ExecuteReader();
                table.Load(reader);
                return Task.FromResult<object?>(table.Rows.Cast<DataRow>().Select(row => row.ItemArray).ToList());
            }, Lines),
            ["Dapper query"] = (source, async) => Dapper(source, async, async c => async
                ? await c.QueryAsync<Line>(Lines)
                : c.Query<Line>(Lines)),
            ["Dapper dynamic"] = (source, async) => Dapper(source, async, async c => async
                ? await c.QueryAsync(Lines)
                : c.Query(Lines)),
            ["Dapper array"] = (source, async) => Dapper(source, async, async c => async
                ? await c.QueryAsync<Line>(SomeLines, new { ids = new[] { 1, 3 } })
                : c.Query<Line>(SomeLines, new { ids = new[] { 1, 3 } })),
            ["Dapper single"] = (source, async) => Dapper(source, async, async c => async
                ? await c.QuerySingleAsync<int>("SELECT @a::int", new { a = 5 })
                : c.QuerySingle<int>("SELECT @a::int", new { a = 5 })),
            ["Dapper scalar"] = (source, async) => Dapper(source, async, async c => async
                ? await c.ExecuteScalarAsync<long>("""SELECT count(*) FROM "Lines" """)
                : c.ExecuteScalar<long>("""SELECT count(*) FROM "Lines" """)),
            ["Dapper multiple"] = (source, async) => Dapper(source, async, async c =>
            {
                using SqlMapper.GridReader grid =
                    async ? await c.QueryMultipleAsync(Lines + Lines) : c.QueryMultiple(Lines + Lines);
                return new[] { grid.Read<Line>().ToList(), grid.Read<Line>().ToList() };
            }),
            ["Dapper unbuffered"] = (source, async) => Dapper(source, async, async c =>
                async
                    ? await c.QueryUnbufferedAsync<Line>(Lines).ToListAsync()
                    : c.Query<Line>(Lines, buffered: false).ToList()),
            ["Dapper on a closed connection"] = async (source, async) =>
            {
                await using DbConnection connection = source.CreateConnection();
                return async ? await connection.QueryAsync<Line>(Lines) : connection.Query<Line>(Lines);
            },
        };

    private static async Task<object?> Command(
        DbDataSource source, bool async, Func<DbCommand, Task<object?>> use, string text,
        params DbParameter[] parameters)
    {
        await using DbConnection connection = async ? await source.OpenConnectionAsync() : source.OpenConnection();
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = text;
        command.Parameters.AddRange(parameters);
        return await use(command);
    }

    private static async Task<object?> Batch(DbDataSource source, bool async, Func<DbBatch, Task<object?>> use)
    {
        await using DbConnection connection = async ? await source.OpenConnectionAsync() : source.OpenConnection();
        await using DbBatch batch = connection.CreateBatch();
        foreach (string text in (ReadOnlySpan<string>)["SELECT $1 + 1", "SELECT $1 + 2"])
        {
            DbBatchCommand command = batch.CreateBatchCommand();
            command.CommandText = text;
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = 1 });
            batch.BatchCommands.Add(command);
        }

        return await use(batch);
    }

    private static async Task<object?> Dapper(DbDataSource source, bool async, Func<DbConnection, Task<object?>> use)
    {
        await using DbConnection connection = async ? await source.OpenConnectionAsync() : source.OpenConnection();
        return await use(connection);
    }

    private static async Task<object?> Scalar(DbCommand command, bool async) =>
        async ? await command.ExecuteScalarAsync() : command.ExecuteScalar();

    private static async Task<object?> Rows(
        DbCommand command, bool async, CommandBehavior behavior = CommandBehavior.Default) =>
        await Read(async ? await command.ExecuteReaderAsync(behavior) : command.ExecuteReader(behavior), async);

    private static async Task<object?> Read(DbDataReader reader, bool async)
    {
        var seen = new List<object>();
        await using (reader)
        {
            do
            {
                while (async ? await reader.ReadAsync() : reader.Read())
                {
                    for (int i = 0; i < reader.FieldCount; i++)
                    {
                        string type = $"{reader.GetDataTypeName(i)} {reader.GetFieldType(i)}";
                        seen.Add($"{reader.GetName(i)} {type}: {reader.GetValue(i)}");
                    }
                }
            }
            while (async ? await reader.NextResultAsync() : reader.NextResult());
        }

        return seen;
    }
}
