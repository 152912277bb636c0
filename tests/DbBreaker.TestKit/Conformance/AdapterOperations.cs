using System.Data;
using System.Data.Common;
using System.Text.RegularExpressions;

namespace DbBreaker.TestKit.Conformance;

/// <summary>Data adapter and command builder.</summary>
internal static partial class AdapterOperations
{
    public static IEnumerable<ConformanceOperation> All() => [.. Adapter(), .. Builder()];

    private static IEnumerable<ConformanceOperation> Adapter()
    {
        var list = new OperationList("Adapter");
        list.Add("get SelectCommand", c => New(c, c.Dialect.SelectAll).SelectCommand?.CommandText);
        list.Add("set SelectCommand null", c =>
        {
            DbDataAdapter adapter = New(c, c.Dialect.SelectAll);
            adapter.SelectCommand = null;
            return adapter.Fill(new DataTable());
        });
        list.Add("Fill", c => Fill(c, c.Dialect.SelectAll));
        list.Add("Fill of an error", c => Fill(c, c.Dialect.SyntaxError));
        list.Add("Fill a data set", c =>
        {
            var set = new DataSet();
            int rows = New(c, "SELECT 1; SELECT 2").Fill(set);
            return new object[] { rows, set.Tables.Count };
        });
        list.Add("FillSchema", c =>
        {
            var table = new DataTable();
            New(c, c.Dialect.SelectAll).FillSchema(table, SchemaType.Source);
            return table;
        });
        Updates(list);
        return list.All;
    }

    private static void Updates(OperationList list)
    {
        list.Add("Update", c =>
        {
            DbDataAdapter adapter = New(c, c.Dialect.SelectAll);
            var table = new DataTable();
            adapter.Fill(table);
            adapter.InsertCommand = c.Command(c.Dialect.Insert);
            table.Rows.Add(3, "three");
            return adapter.Update(table);
        });
        list.Add("Update that fails", c =>
        {
            DbDataAdapter adapter = New(c, c.Dialect.SelectAll);
            var table = new DataTable();
            adapter.Fill(table);
            adapter.InsertCommand = c.Command(c.Dialect.Duplicate);
            table.Rows.Add(3, "three");
            return adapter.Update(table);
        });
        list.Add("Update without a command", c =>
        {
            DbDataAdapter adapter = New(c, c.Dialect.SelectAll);
            var table = new DataTable();
            adapter.Fill(table);
            table.Rows.Add(3, "three");
            return adapter.Update(table);
        });
    }

    private static IEnumerable<ConformanceOperation> Builder()
    {
        var list = new OperationList("Command builder")
        {
            Stages = [ConformanceStage.Closed, ConformanceStage.Open, ConformanceStage.InTransaction],
        };
        list.Add("its adapter's UpdateBatchSize", c => Builder(c).DataAdapter!.UpdateBatchSize);
        list.Add("QuoteIdentifier", c => Builder(c).QuoteIdentifier("name"));
        list.Add("QuoteIdentifier with quotes", c => Builder(c).QuoteIdentifier("na\"m]e`"));
        list.Add("UnquoteIdentifier", c => Builder(c).UnquoteIdentifier(Builder(c).QuoteIdentifier("name")));
        list.Add("QuotePrefix and QuoteSuffix", c => Builder(c).QuotePrefix + Builder(c).QuoteSuffix);
        list.Add("CatalogLocation", c => Builder(c).CatalogLocation);
        list.Add("SchemaSeparator", c => Builder(c).SchemaSeparator);
        list.Add("get DataAdapter", c => Builder(c).DataAdapter is not null);
        list.Add("GetInsertCommand", c => Describe(Builder(c).GetInsertCommand()));
        list.Add("GetInsertCommand by names", c => Describe(Builder(c).GetInsertCommand(true)));
        list.Add("GetUpdateCommand", c => Describe(Builder(c).GetUpdateCommand()));
        list.Add("GetDeleteCommand", c => Describe(Builder(c).GetDeleteCommand()));
        list.Add("Update through it", c =>
        {
            DbCommandBuilder builder = Builder(c);
            var table = new DataTable();
            builder.DataAdapter!.Fill(table);
            table.Rows.Add(3, "three");
            table.Rows[0]["name"] = "first";
            return builder.DataAdapter.Update(table);
        });
        list.Add("RefreshSchema", c =>
        {
            DbCommandBuilder builder = Builder(c);
            builder.GetInsertCommand();
            builder.RefreshSchema();
            return builder.DataAdapter!.SelectCommand!.CommandText;
        });
        return list.All;
    }

    private static object Describe(DbCommand command) =>
        command.Parameters.Cast<DbParameter>()
            .Select(static p => (object)$"{p.ParameterName} {p.DbType} {p.SourceColumn} {p.SourceVersion}")
            .Prepend(SessionSchema().Replace(command.CommandText, "pg_temp"));

    // PostgreSQL numbers the schemas of temporary tables by session.
    [GeneratedRegex("pg_temp_[0-9]+")]
    private static partial Regex SessionSchema();

    private static DataTable Fill(ConformanceContext context, string text)
    {
        var table = new DataTable();
        New(context, text).Fill(table);
        return table;
    }

    private static DbCommandBuilder Builder(ConformanceContext context)
    {
        DbCommandBuilder builder = context.Factory.CreateCommandBuilder()
            ?? throw new NotSupportedException("The driver has no command builder.");
        builder.DataAdapter = New(context, context.Dialect.SelectAll);
        return builder;
    }

    private static DbDataAdapter New(ConformanceContext context, string text)
    {
        DbDataAdapter adapter = context.Factory.CreateDataAdapter()
            ?? throw new NotSupportedException("The driver has no data adapter.");
        adapter.SelectCommand = context.Command(text);
        return adapter;
    }
}
