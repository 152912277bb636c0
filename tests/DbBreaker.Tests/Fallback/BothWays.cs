using System.Data;
using System.Data.Common;

namespace DbBreaker.Tests.Fallback;

/// <summary>ADO.NET's members, sync or async as the test says.</summary>
internal static class BothWays
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static DbCommand CreateCommand(this DbConnection connection, string text)
    {
        DbCommand command = connection.CreateCommand();
        command.CommandText = text;
        return command;
    }

    public static void Add(this DbCommand command, string name, object value)
    {
        DbParameter parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
    }

    public static async Task Open(this DbConnection connection, bool async)
    {
        if (async) await connection.OpenAsync(Token);
        else connection.Open();
    }

    public static async Task Close(this DbConnection connection, bool async)
    {
        if (async) await connection.CloseAsync();
        else connection.Close();
    }

    public static async Task<object?> Scalar(this DbCommand command, bool async) =>
        async ? await command.ExecuteScalarAsync(Token) : command.ExecuteScalar();

    public static async Task<int> NonQuery(this DbCommand command, bool async) =>
        async ? await command.ExecuteNonQueryAsync(Token) : command.ExecuteNonQuery();

    public static async Task<DbDataReader> Reader(
        this DbCommand command, bool async, CommandBehavior behavior = CommandBehavior.Default) =>
        async ? await command.ExecuteReaderAsync(behavior, Token) : command.ExecuteReader(behavior);

    public static async Task<bool> Read(this DbDataReader reader, bool async) =>
        async ? await reader.ReadAsync(Token) : reader.Read();

    public static async Task<List<object>> Rows(this DbCommand command, bool async)
    {
        await using DbDataReader reader = await command.Reader(async);
        var rows = new List<object>();
        while (await reader.Read(async)) rows.Add(reader.GetValue(0));
        return rows;
    }
}
