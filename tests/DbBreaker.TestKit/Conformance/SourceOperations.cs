using System.Data.Common;

namespace DbBreaker.TestKit.Conformance;

/// <summary>Data source and factory.</summary>
internal static class SourceOperations
{
    public static IEnumerable<ConformanceOperation> All() =>
        [.. DataSource(disposed: false), .. DataSource(disposed: true), .. Factory()];

    private static IEnumerable<ConformanceOperation> DataSource(bool disposed)
    {
        var list = new OperationList(disposed ? "Disposed data source" : "Data source")
        {
            Stages = [ConformanceStage.NoString],
        };
        DbDataSource New(ConformanceContext c)
        {
            DbDataSource source = c.Own(c.Factory.CreateDataSource(c.Dialect.ConnectionString));
            if (disposed) source.Dispose();
            return source;
        }

        list.Add("get ConnectionString", c => New(c).ConnectionString);
        list.Add("CreateConnection", c => New(c).CreateConnection().State);
        list.Add("OpenConnection", c => c.Own(New(c).OpenConnection()).State);
        list.AddAsync("OpenConnectionAsync", async c => c.Own(await New(c).OpenConnectionAsync()).State);
        list.AddAsync("OpenConnectionAsync cancelled", async c => await New(c).OpenConnectionAsync(c.Cancelled));
        list.DoAsync("DisposeAsync", c => New(c).DisposeAsync().AsTask());
        list.Do("Dispose", c => New(c).Dispose());
        list.Do("CreateBatch", c => New(c).CreateBatch().Dispose());
        foreach (string? text in new[] { "SELECT 42", "SELECT 1; SELECT 2", "SELEC", "", null })
        {
            list.Add($"CreateCommand {Describing.Value(text)}", c => New(c).CreateCommand(text).CommandText);
            list.Add($"ExecuteScalar {Describing.Value(text)}", c => New(c).CreateCommand(text).ExecuteScalar());
            list.AddAsync($"ExecuteScalarAsync {Describing.Value(text)}", async c =>
                await New(c).CreateCommand(text).ExecuteScalarAsync());
            list.Add($"ExecuteNonQuery {Describing.Value(text)}", c => New(c).CreateCommand(text).ExecuteNonQuery());
            list.AddAsync($"ExecuteNonQueryAsync {Describing.Value(text)}", async c =>
                await New(c).CreateCommand(text).ExecuteNonQueryAsync());
            list.Add($"ExecuteReader {Describing.Value(text)}", c =>
            {
                using DbDataReader reader = New(c).CreateCommand(text).ExecuteReader();
                return Rows.Read(reader);
            });
            list.AddAsync($"ExecuteReaderAsync {Describing.Value(text)}", async c =>
            {
                await using DbDataReader reader = await New(c).CreateCommand(text).ExecuteReaderAsync();
                return await Rows.ReadAsync(reader);
            });
            list.Do($"Prepare {Describing.Value(text)}", c => New(c).CreateCommand(text).Prepare());
            list.Add($"command's Connection {Describing.Value(text)}", c => New(c).CreateCommand(text).Connection);
            list.Add($"command's Transaction {Describing.Value(text)}", c => New(c).CreateCommand(text).Transaction);
            list.Do($"set command's Connection {Describing.Value(text)}", c =>
                New(c).CreateCommand(text).Connection = c.Connection);
        }

        return list.All;
    }

    private static IEnumerable<ConformanceOperation> Factory()
    {
        var list = new OperationList("Factory") { Stages = [ConformanceStage.NoString] };
        list.Add("CanCreateBatch", c => c.Factory.CanCreateBatch);
        list.Add("CanCreateCommandBuilder", c => c.Factory.CanCreateCommandBuilder);
        list.Add("CanCreateDataAdapter", c => c.Factory.CanCreateDataAdapter);
        list.Add("CanCreateDataSourceEnumerator", c => c.Factory.CanCreateDataSourceEnumerator);
        list.Add("CreateBatch", c => c.Factory.CreateBatch());
        list.Add("CreateBatchCommand", c => c.Factory.CreateBatchCommand());
        list.Add("CreateCommand", c => c.Factory.CreateCommand());
        list.Add("CreateCommand's connection", c => c.Factory.CreateCommand()!.Connection);
        list.Add("CreateCommand's transaction", c => c.Factory.CreateCommand()!.Transaction);
        list.Add("CreateCommandBuilder", c => c.Factory.CreateCommandBuilder());
        list.Add("CreateConnection", c => c.Factory.CreateConnection()!.ConnectionString);
        list.Add("CreateConnectionStringBuilder", c => c.Factory.CreateConnectionStringBuilder());
        list.Add("CreateDataAdapter is there", c => c.Factory.CreateDataAdapter() is not null);
        list.Add("CreateDataSourceEnumerator", c => c.Factory.CreateDataSourceEnumerator());
        list.Add("CreateParameter", c => c.Factory.CreateParameter());
        list.Add("CreateDataSource", c => c.Own(c.Factory.CreateDataSource(c.Dialect.ConnectionString)));
        list.Add("CreateDataSource null", c => c.Factory.CreateDataSource(null!).CreateConnection());
        list.Add("CreateDataSource malformed", c =>
            c.Factory.CreateDataSource("no such keyword=1").CreateConnection());
        return list.All;
    }
}
