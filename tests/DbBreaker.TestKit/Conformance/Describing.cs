using System.Collections;
using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Text;

namespace DbBreaker.TestKit.Conformance;

/// <summary>Turns values into text that is equal exactly when they are the same to a user.</summary>
internal static class Describing
{
    public static string Value(object? value) =>
        value switch
        {
            null => "null",
            string text => $"'{text}'",
            DbConnection => nameof(DbConnection),
            DbCommand => nameof(DbCommand),
            DbTransaction => nameof(DbTransaction),
            DbBatch => nameof(DbBatch),
            DbDataSource => nameof(DbDataSource),
            DbProviderFactory => nameof(DbProviderFactory),
            DbCommandBuilder => nameof(DbCommandBuilder),
            DataTable table => Table(table),
            Exception exception => Exception(exception),
            DbParameter or DbParameterCollection or DbBatchCommand or DbBatchCommandCollection or DbDataReader
                or DbConnectionStringBuilder => value.GetType().FullName!,
            IEnumerable many => $"[{string.Join(", ", many.Cast<object?>().Select(Value))}]",
            _ => string.Create(CultureInfo.InvariantCulture, $"{value.GetType().Name} {value}"),
        };

    public static string Exception(Exception exception)
    {
        var text = new StringBuilder();
        for (Exception? e = exception; e is not null; e = e.InnerException)
        {
            text.Append(CultureInfo.InvariantCulture, $"throws {e.GetType().FullName}: {e.Message}; ");
        }

        return text.ToString();
    }

    private static string Table(DataTable table)
    {
        IEnumerable<string> columns = table.Columns.Cast<DataColumn>().Select(c => $"{c.ColumnName}:{c.DataType.Name}");
        return $"{table.TableName}({string.Join(", ", columns)}) x {table.Rows.Count}";
    }
}
