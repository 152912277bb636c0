using System.Data;
using System.Data.Common;

namespace DbBreaker.TestKit.Conformance;

internal static class BatchOperations
{
    public static IEnumerable<ConformanceOperation> All()
    {
        var list = new OperationList("Batch");
        list.Add("get BatchCommands", c => c.Connection.CreateBatch().BatchCommands);
        list.Add("CreateBatchCommand", c => c.Connection.CreateBatch().CreateBatchCommand());
        list.Add("get Timeout", c => c.Connection.CreateBatch().Timeout);
        list.Do("set Timeout -1", c => c.Connection.CreateBatch().Timeout = -1);
        list.Add("factory's batch", c =>
        {
            DbBatch batch = c.Factory.CreateBatch();
            batch.Connection = c.Connection;
            batch.Transaction = c.Transaction;
            return c.Which(batch.Connection);
        });
        list.Add("set Connection null", c =>
        {
            DbBatch batch = Batch(c, "SELECT 1");
            batch.Connection = null;
            return batch.ExecuteScalar();
        });
        list.Do("Cancel", c => Batch(c, "SELECT 1").Cancel());
        list.Do("Dispose", c => Batch(c, "SELECT 1").Dispose());
        list.DoAsync("DisposeAsync", c => Batch(c, "SELECT 1").DisposeAsync().AsTask());
        Executions(list, "nothing", _ => []);
        Executions(list, "selects", c => ["SELECT 1", c.SelectAll]);
        Executions(list, "writes", c => [c.Insert, c.SelectAll]);
        Executions(list, "an error behind", c => ["SELECT 1", c.Duplicate]);
        Executions(list, "an error in front", c => [c.SyntaxError, "SELECT 1"]);
        Executions(list, "a transaction", c => [c.Begin, c.Insert, "COMMIT"]);
        return list.All;
    }

    private static void Executions(OperationList list, string name, Func<ConformanceDialect, string[]> texts)
    {
        DbBatch New(ConformanceContext c) => Batch(c, texts(c.Dialect));
        list.Add($"ExecuteNonQuery {name}", c => New(c).ExecuteNonQuery());
        list.AddAsync($"ExecuteNonQueryAsync {name}", async c => await New(c).ExecuteNonQueryAsync());
        list.AddAsync($"ExecuteNonQueryAsync cancelled {name}", async c =>
            await New(c).ExecuteNonQueryAsync(c.Cancelled));
        list.Add($"ExecuteScalar {name}", c => New(c).ExecuteScalar());
        list.AddAsync($"ExecuteScalarAsync {name}", async c => await New(c).ExecuteScalarAsync());
        list.Do($"Prepare {name}", c => New(c).Prepare());
        list.DoAsync($"PrepareAsync {name}", c => New(c).PrepareAsync());
        list.Add($"ExecuteReader {name}", c =>
        {
            using DbDataReader reader = New(c).ExecuteReader();
            return Rows.Read(reader);
        });
        list.AddAsync($"ExecuteReaderAsync {name}", async c =>
        {
            await using DbDataReader reader = await New(c).ExecuteReaderAsync(CommandBehavior.CloseConnection);
            return await Rows.ReadAsync(reader);
        });
    }

    private static DbBatch Batch(ConformanceContext context, params string[] texts)
    {
        DbBatch batch = context.Connection.CreateBatch();
        if (context.Transaction is not null) batch.Transaction = context.Transaction;
        foreach (string text in texts)
        {
            DbBatchCommand command = batch.CreateBatchCommand();
            command.CommandText = text;
            batch.BatchCommands.Add(command);
        }

        return batch;
    }
}
