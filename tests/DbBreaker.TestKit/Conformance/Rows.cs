using System.Data.Common;

namespace DbBreaker.TestKit.Conformance;

/// <summary>Reads everything that a reader has, result by result.</summary>
internal static class Rows
{
    public static List<object?> Read(DbDataReader reader)
    {
        List<object?> seen = [reader.GetType().FullName];
        do
        {
            while (reader.Read()) AddRow(reader, seen);
        }
        while (reader.NextResult());

        seen.Add(reader.RecordsAffected);
        return seen;
    }

    public static async Task<List<object?>> ReadAsync(DbDataReader reader)
    {
        List<object?> seen = [reader.GetType().FullName];
        do
        {
            while (await reader.ReadAsync()) AddRow(reader, seen);
        }
        while (await reader.NextResultAsync());

        seen.Add(reader.RecordsAffected);
        return seen;
    }

    private static void AddRow(DbDataReader reader, List<object?> seen)
    {
        for (int i = 0; i < reader.FieldCount; i++) seen.Add(reader.GetValue(i));
    }
}
