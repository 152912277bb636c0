using System.Data;
using System.Data.Common;
using System.Transactions;
using IsolationLevel = System.Data.IsolationLevel;

namespace DbBreaker.TestKit.Conformance;

internal static class ConnectionOperations
{
    public static IEnumerable<ConformanceOperation> All()
    {
        var list = new OperationList("Connection");
        Properties(list);
        Life(list);
        Events(list);
        Databases(list);
        Transactions(list);
        Schema(list);
        return list.All;
    }

    private static void Properties(OperationList list)
    {
        list.Add("get ConnectionString", c => c.Connection.ConnectionString);
        list.Do("set ConnectionString same", c => c.Connection.ConnectionString = c.Dialect.ConnectionString);
        list.Add("set ConnectionString null", c =>
        {
            c.Connection.ConnectionString = null;
            return c.Connection.ConnectionString;
        });
        list.Do("set ConnectionString malformed", c => c.Connection.ConnectionString = "no such keyword=1");
        list.Do("set ConnectionString garbage", c => c.Connection.ConnectionString = "garbage");
        list.Add("get ConnectionTimeout", c => c.Connection.ConnectionTimeout);
        list.Add("get Database", c => c.Connection.Database);
        list.Add("get DataSource", c => c.Connection.DataSource);
        list.Add("get ServerVersion", c => c.Connection.ServerVersion);
        list.Add("get State", c => c.Connection.State);
        list.Add("get CanCreateBatch", c => c.Connection.CanCreateBatch);
        list.Add("get Site", c => c.Connection.Site);
        list.Add("get Container", c => c.Connection.Container);
        list.Add("ProviderFactory is there", c => DbProviderFactories.GetFactory(c.Connection) is not null);
        list.Add("IDbConnection.CreateCommand", c => ((IDbConnection)c.Connection).CreateCommand());
        list.Add("CreateCommand", c => c.Which(c.Connection.CreateCommand().Connection));
        list.Add("CreateBatch", c => c.Which(c.Connection.CreateBatch().Connection));
    }

    private static void Life(OperationList list)
    {
        list.Do("Open", c => c.Connection.Open());
        list.DoAsync("OpenAsync", c => c.Connection.OpenAsync());
        list.DoAsync("OpenAsync cancelled", c => c.Connection.OpenAsync(c.Cancelled));
        list.Do("Close", c => c.Connection.Close());
        list.DoAsync("CloseAsync", c => c.Connection.CloseAsync());
        list.Do("Close twice", c =>
        {
            c.Connection.Close();
            c.Connection.Close();
        });
        list.Do("Close and Open", c =>
        {
            c.Connection.Close();
            c.Connection.Open();
        });
        list.DoAsync("CloseAsync and OpenAsync", async c =>
        {
            await c.Connection.CloseAsync();
            await c.Connection.OpenAsync();
        });
        list.Do("Dispose", c => c.Connection.Dispose());
        list.DoAsync("DisposeAsync", c => c.Connection.DisposeAsync().AsTask());
        list.DoAsync("Dispose and DisposeAsync", async c =>
        {
            c.Connection.Dispose();
            await c.Connection.DisposeAsync();
        });
    }

    private static void Events(OperationList list)
    {
        list.DoAsync("Disposed event", async c =>
        {
            c.Connection.Disposed += (sender, _) => c.Note($"disposed: {sender == c.Connection}");
            await c.Connection.DisposeAsync();
        });
        list.Do("Disposed event, sync", c =>
        {
            c.Connection.Disposed += (sender, _) => c.Note($"disposed: {sender == c.Connection}");
            c.Connection.Dispose();
        });
        list.Do("StateChange removed", c =>
        {
            void Handler(object? sender, StateChangeEventArgs change) => c.Note("still there");
            c.Connection.StateChange += Handler;
            c.Connection.StateChange -= Handler;
            c.Connection.Close();
        });
        list.Do("StateChange null", c => c.Connection.StateChange += null);
    }

    private static void Databases(OperationList list)
    {
        list.Do("ChangeDatabase", c => c.Connection.ChangeDatabase("main"));
        list.Add("ChangeDatabase to another", c =>
        {
            c.Connection.ChangeDatabase(c.Dialect.OtherDatabase);
            return $"{c.Connection.Database}: {c.Command("SELECT 1").ExecuteScalar()}";
        });
        list.AddAsync("ChangeDatabaseAsync to another", async c =>
        {
            await c.Connection.ChangeDatabaseAsync(c.Dialect.OtherDatabase);
            return $"{c.Connection.Database}: {await c.Command("SELECT 1").ExecuteScalarAsync()}";
        });
        list.Do("ChangeDatabase null", c => c.Connection.ChangeDatabase(null!));
        list.DoAsync("ChangeDatabaseAsync", c => c.Connection.ChangeDatabaseAsync("main"));
        list.DoAsync("ChangeDatabaseAsync cancelled", c => c.Connection.ChangeDatabaseAsync("main", c.Cancelled));
    }

    private static void Transactions(OperationList list)
    {
        foreach (IsolationLevel level in Enum.GetValues<IsolationLevel>().Append((IsolationLevel)99))
        {
            list.Add($"BeginTransaction {level}", c => c.Connection.BeginTransaction(level).IsolationLevel);
            list.AddAsync($"BeginTransactionAsync {level}", async c =>
                (await c.Connection.BeginTransactionAsync(level)).IsolationLevel);
        }

        list.Add("BeginTransaction", c => c.Which(c.Connection.BeginTransaction().Connection));
        list.AddAsync("BeginTransactionAsync", async c =>
            c.Which((await c.Connection.BeginTransactionAsync()).Connection));
        list.AddAsync("BeginTransactionAsync cancelled", async c =>
            await c.Connection.BeginTransactionAsync(c.Cancelled));
        list.Add("IDbConnection.BeginTransaction", c => ((IDbConnection)c.Connection).BeginTransaction());
        list.Do("EnlistTransaction null", c => c.Connection.EnlistTransaction(null));
        list.Do("EnlistTransaction", c =>
        {
            using var transaction = new CommittableTransaction();
            c.Connection.EnlistTransaction(transaction);
            transaction.Rollback();
        });
        list.Do("Open in a scope", c =>
        {
            using var scope = new TransactionScope();
            c.Connection.Close();
            c.Connection.Open();
            c.Execute(c.Dialect.CreateTable);
            c.Execute(c.Dialect.Insert);
            scope.Complete();
        });
    }

    private static void Schema(OperationList list)
    {
        list.Add("GetSchema", c => c.Connection.GetSchema());
        list.AddAsync("GetSchemaAsync", async c => await c.Connection.GetSchemaAsync());
        list.AddAsync("GetSchemaAsync cancelled", async c => await c.Connection.GetSchemaAsync(c.Cancelled));
        foreach (string? name in new[] { "MetaDataCollections", "ReservedWords", "Tables", "no such", "", null })
        {
            string of = name is null ? "null" : $"'{name}'";
            list.Add($"GetSchema {of}", c => c.Connection.GetSchema(name!));
            list.Add($"GetSchema {of} with restrictions", c => c.Connection.GetSchema(name!, [null]));
            list.AddAsync($"GetSchemaAsync {of}", async c => await c.Connection.GetSchemaAsync(name!));
            list.AddAsync($"GetSchemaAsync {of} with restrictions", async c =>
                await c.Connection.GetSchemaAsync(name!, [null]));
        }
    }
}
