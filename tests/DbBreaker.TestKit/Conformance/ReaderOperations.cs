using System.Data.Common;

namespace DbBreaker.TestKit.Conformance;

internal static class ReaderOperations
{
    private static readonly (string Name, Func<DbDataReader, object?> Read)[] Reads =
    [
        ("FieldCount", r => r.FieldCount), ("Depth", r => r.Depth), ("HasRows", r => r.HasRows),
        ("IsClosed", r => r.IsClosed), ("RecordsAffected", r => r.RecordsAffected),
        ("VisibleFieldCount", r => r.VisibleFieldCount), ("[0]", r => r[0]), ("[name]", r => r["name"]),
        ("[9]", r => r[9]), ("[-1]", r => r[-1]), ("[nothing]", r => r["nothing"]), ("GetName", r => r.GetName(1)),
        ("GetOrdinal", r => r.GetOrdinal("NAME")), ("GetFieldType", r => r.GetFieldType(0)),
        ("GetDataTypeName", r => r.GetDataTypeName(0)), ("IsDBNull", r => r.IsDBNull(1)),
        ("GetInt32", r => r.GetInt32(0)), ("GetInt64", r => r.GetInt64(0)), ("GetString", r => r.GetString(1)),
        ("GetString of a number", r => r.GetString(0)), ("GetGuid", r => r.GetGuid(0)),
        ("GetDateTime", r => r.GetDateTime(1)), ("GetFieldValue", r => r.GetFieldValue<string>(1)),
        ("GetFieldValue of a wrong type", r => r.GetFieldValue<DateTime>(1)),
        ("GetValues", r => r.GetValues(new object[2])), ("GetSchemaTable", r => r.GetSchemaTable()),
        ("GetColumnSchema", r => r.CanGetColumnSchema() ? r.GetColumnSchema().Count : -1),
        ("GetChars", r => r.GetChars(1, 0, new char[2], 0, 2)), ("GetEnumerator", r => r.GetEnumerator().MoveNext()),
        ("GetProviderSpecificValue", r => r.GetProviderSpecificValue(0)), ("Read", r => r.Read()),
        ("NextResult", r => r.NextResult()), ("GetTextReader", r => r.GetTextReader(1).ReadToEnd()),
    ];

    private static readonly (string Name, Action<ConformanceContext> Do)[] Befores =
    [
        ("on a row", _ => { }),
        ("on the next row", c => c.Reader.Read()),
        ("after the last row", c => Rows.Read(c.Reader)),
        ("closed", c => c.Reader.Close()),
        ("connection closed", c => c.Connection.Close()),
        ("connection disposed", c => c.Connection.Dispose()),
    ];

    public static IEnumerable<ConformanceOperation> All()
    {
        var list = new OperationList("Reader") { Stages = [ConformanceStage.Reading] };
        foreach ((string before, Action<ConformanceContext> prepare) in Befores)
        {
            foreach ((string name, Func<DbDataReader, object?> read) in Reads)
            {
                list.Add($"{name}, {before}", c =>
                {
                    prepare(c);
                    return read(c.Reader);
                });
            }

            list.AddAsync($"ReadAsync, {before}", async c =>
            {
                prepare(c);
                return await c.Reader.ReadAsync();
            });
            list.DoAsync($"CloseAsync, {before}", async c =>
            {
                prepare(c);
                await c.Reader.CloseAsync();
            });
        }

        return list.All;
    }
}
