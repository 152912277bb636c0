using System.Collections.ObjectModel;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace DbBreaker.Fallback.Cache;

// Columns: what the driver's reader said of them without asking the server. Keys, nullability and base tables need a
// query of the catalog in most drivers and are not recorded.
internal sealed partial class CachedReader : IDbColumnSchemaGenerator
{
    public override string GetName(int ordinal) => Column(ordinal).Name;

    public override string GetDataTypeName(int ordinal) => Column(ordinal).DataTypeName;

    [return: DynamicallyAccessedMembers(
        DynamicallyAccessedMemberTypes.PublicFields | DynamicallyAccessedMemberTypes.PublicProperties)]
    [UnconditionalSuppressMessage("Trimming", "IL2073", Justification = "The driver's reader gave the same type.")]
    public override Type GetFieldType(int ordinal) => Column(ordinal).FieldType;

    public override int GetOrdinal(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        CachedColumn[] columns = Result?.Columns ?? [];
        int found = Array.FindIndex(columns, c => c.Name == name);
        if (found < 0) found = Array.FindIndex(columns, c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return found >= 0 ? found : throw NoColumn($"'{name}'");
    }

    public override DataTable? GetSchemaTable()
    {
        if (FieldCount == 0) return null;
        var table = new DataTable("SchemaTable");
        DataColumnCollection columns = table.Columns;
        columns.Add(SchemaTableColumn.ColumnName, typeof(string));
        columns.Add(SchemaTableColumn.ColumnOrdinal, typeof(int));
        columns.Add(SchemaTableColumn.ColumnSize, typeof(int));
        columns.Add(SchemaTableColumn.DataType, typeof(object));
        columns.Add("DataTypeName", typeof(string));
        columns.Add(SchemaTableColumn.AllowDBNull, typeof(bool));
        columns.Add(SchemaTableColumn.IsKey, typeof(bool));
        columns.Add(SchemaTableColumn.IsUnique, typeof(bool));
        columns.Add(SchemaTableColumn.IsLong, typeof(bool));
        columns.Add(SchemaTableOptionalColumn.IsReadOnly, typeof(bool));
        for (int i = 0; i < FieldCount; i++)
        {
            CachedColumn column = Column(i);
            table.Rows.Add(column.Name, i, -1, column.FieldType, column.DataTypeName, true, false, false, false, true);
        }

        return table;
    }

    public override Task<DataTable?> GetSchemaTableAsync(CancellationToken cancellationToken = default) =>
        Task.FromResult(GetSchemaTable());

    public ReadOnlyCollection<DbColumn> GetColumnSchema() =>
        new(Result?.Columns.Select(static DbColumn (column, i) => new SchemaColumn(column, i)).ToList() ?? []);

    public override Task<ReadOnlyCollection<DbColumn>> GetColumnSchemaAsync(
        CancellationToken cancellationToken = default) =>
        Task.FromResult(GetColumnSchema());

    private CachedColumn Column(int ordinal)
    {
        CachedColumn[] columns = Result?.Columns ?? [];
        return (uint)ordinal < (uint)columns.Length
            ? columns[ordinal]
            : throw NoColumn($"{ordinal}");
    }

    [SuppressMessage("Usage", "CA2201", Justification = "What ADO.NET documents, and drivers throw.")]
    private IndexOutOfRangeException NoColumn(string which) =>
        new($"There is no column {which}; the result has {FieldCount}, counted from 0.");

    private sealed class SchemaColumn : DbColumn
    {
        public SchemaColumn(CachedColumn column, int ordinal)
        {
            ColumnName = column.Name;
            ColumnOrdinal = ordinal;
            DataType = column.FieldType;
            DataTypeName = column.DataTypeName;
        }
    }
}
