using System.Data.Common;

namespace DbBreaker.TestKit.Conformance;

internal static class TransactionOperations
{
    private static readonly (string Name, Action<ConformanceContext> Do)[] Befores =
    [
        ("active", _ => { }),
        ("after work", c => c.Execute(c.Dialect.Insert)),
        ("after a failed statement", c => ConformanceContext.Try(() => c.Execute(c.Dialect.Duplicate))),
        ("committed", c => c.Transaction.Commit()),
        ("rolled back", c => c.Transaction.Rollback()),
        ("disposed", c => c.Transaction.Dispose()),
        ("connection closed", c => c.Connection.Close()),
        ("connection disposed", c => c.Connection.Dispose()),
    ];

    public static IEnumerable<ConformanceOperation> All()
    {
        var list = new OperationList("Transaction") { Stages = [ConformanceStage.InTransaction] };
        foreach ((string before, Action<ConformanceContext> prepare) in Befores)
        {
            Add(list, before, prepare, "get Connection", c => c.Which(c.Transaction.Connection));
            Add(list, before, prepare, "get IsolationLevel", c => c.Transaction.IsolationLevel);
            Add(list, before, prepare, "get SupportsSavepoints", c => c.Transaction.SupportsSavepoints);
            Add(list, before, prepare, "command in it", c => c.Execute(c.Dialect.Insert));
            Add(list, before, prepare, "another transaction", c => c.Connection.BeginTransaction());
            Do(list, before, prepare, "Commit", c => c.Transaction.Commit());
            Do(list, before, prepare, "Rollback", c => c.Transaction.Rollback());
            Do(list, before, prepare, "Dispose", c => c.Transaction.Dispose());
            DoAsync(list, before, prepare, "CommitAsync", c => c.Transaction.CommitAsync());
            DoAsync(list, before, prepare, "CommitAsync cancelled", c => c.Transaction.CommitAsync(c.Cancelled));
            DoAsync(list, before, prepare, "RollbackAsync", c => c.Transaction.RollbackAsync());
            DoAsync(list, before, prepare, "RollbackAsync cancelled", c => c.Transaction.RollbackAsync(c.Cancelled));
            DoAsync(list, before, prepare, "DisposeAsync", c => c.Transaction.DisposeAsync().AsTask());
            foreach (string? name in new[] { "point", "", null }) Savepoints(list, before, prepare, name!);
        }

        return list.All;
    }

    private static void Savepoints(
        OperationList list, string before, Action<ConformanceContext> prepare, string name)
    {
        Do(list, before, prepare, $"Save {Describing.Value(name)}", c => c.Transaction.Save(name));
        Do(list, before, prepare, $"Rollback to {Describing.Value(name)}", c => c.Transaction.Rollback(name));
        Do(list, before, prepare, $"Release {Describing.Value(name)}", c => c.Transaction.Release(name));
        DoAsync(list, before, prepare, $"SaveAsync {Describing.Value(name)}", c => c.Transaction.SaveAsync(name));
        DoAsync(list, before, prepare, $"RollbackAsync to {Describing.Value(name)}", c =>
            c.Transaction.RollbackAsync(name));
        DoAsync(list, before, prepare, $"ReleaseAsync {Describing.Value(name)}", c => c.Transaction.ReleaseAsync(name));
        DoAsync(list, before, prepare, $"SaveAsync cancelled {Describing.Value(name)}", c =>
            c.Transaction.SaveAsync(name, c.Cancelled));
        Add(list, before, prepare, $"Save, roll back to, release {Describing.Value(name)}", c =>
        {
            c.Transaction.Save(name);
            c.Execute(c.Dialect.Insert);
            c.Transaction.Rollback(name);
            c.Transaction.Release(name);
            return Count(c);
        });
        list.AddAsync($"SaveAsync, RollbackAsync, ReleaseAsync {Describing.Value(name)}, {before}", async c =>
        {
            prepare(c);
            await c.Transaction.SaveAsync(name);
            c.Execute(c.Dialect.Insert);
            await c.Transaction.RollbackAsync(name);
            await c.Transaction.ReleaseAsync(name);
            return Count(c);
        });
    }

    private static object? Count(ConformanceContext context)
    {
        using DbCommand command = context.Command($"SELECT COUNT(*) FROM {context.Dialect.TableName}");
        return command.ExecuteScalar();
    }

    private static void Add(
        OperationList list,
        string before,
        Action<ConformanceContext> prepare,
        string name,
        Func<ConformanceContext, object?> run) =>
        list.Add($"{name}, {before}", c =>
        {
            prepare(c);
            return run(c);
        });

    private static void Do(
        OperationList list,
        string before,
        Action<ConformanceContext> prepare,
        string name,
        Action<ConformanceContext> run) =>
        list.Do($"{name}, {before}", c =>
        {
            prepare(c);
            run(c);
        });

    private static void DoAsync(
        OperationList list,
        string before,
        Action<ConformanceContext> prepare,
        string name,
        Func<ConformanceContext, Task> run) =>
        list.DoAsync($"{name}, {before}", c =>
        {
            prepare(c);
            return run(c);
        });
}
