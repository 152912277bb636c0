using System.Data;
using System.Data.Common;

namespace DbBreaker.TestKit.Conformance;

internal static class CommandOperations
{
    public static IEnumerable<ConformanceOperation> All()
    {
        var list = new OperationList("Command");
        Properties(list);
        foreach ((string name, Func<ConformanceDialect, string?> text) in Texts) Executions(list, name, text);
        Behaviors(list);
        Misuse(list);
        return list.All;
    }

    private static IEnumerable<(string Name, Func<ConformanceDialect, string?> Text)> Texts =>
    [
        ("select", d => d.SelectAll), ("scalar", _ => "SELECT 42"), ("insert", d => d.Insert),
        ("duplicate", d => d.Duplicate), ("unknown table", _ => "SELECT 1 FROM there_is_no_such_table"),
        ("syntax error", d => d.SyntaxError), ("empty", _ => ""), ("null", _ => null),
        ("two results", _ => "SELECT 1; SELECT 2"),
        ("begin", d => d.Begin), ("commit", _ => "COMMIT"), ("rollback", _ => "ROLLBACK"),
        ("savepoint", _ => "SAVEPOINT one"), ("missing parameter", d => d.SelectName),
    ];

    private static void Properties(OperationList list)
    {
        list.Add("get CommandText", c => c.Command().CommandText);
        list.Add("set CommandText null", c =>
        {
            DbCommand command = c.Command();
            command.CommandText = null;
            return command.CommandText;
        });
        foreach (int timeout in new[] { -1, 0, 7, int.MaxValue })
        {
            list.Add($"set CommandTimeout {timeout}", c =>
            {
                DbCommand command = c.Command();
                command.CommandTimeout = timeout;
                return command.CommandTimeout;
            });
        }

        Enums(list);
        list.Add("get DesignTimeVisible", c => c.Command().DesignTimeVisible);
        list.Add("set DesignTimeVisible", c =>
        {
            DbCommand command = c.Command();
            command.DesignTimeVisible = !command.DesignTimeVisible;
            return command.DesignTimeVisible;
        });
        list.Add("get Parameters", c => c.Command().Parameters);
        list.Add("CreateParameter", c => c.Command().CreateParameter());
        list.Do("Cancel", c => c.Command().Cancel());
        list.Do("Dispose twice", c =>
        {
            DbCommand command = c.Command();
            command.Dispose();
            command.Dispose();
        });
    }

    private static void Enums(OperationList list)
    {
        foreach (CommandType type in Enum.GetValues<CommandType>().Append((CommandType)99))
        {
            list.Add($"set CommandType {type}", c =>
            {
                DbCommand command = c.Command();
                command.CommandType = type;
                return command.CommandType;
            });
        }

        foreach (UpdateRowSource source in Enum.GetValues<UpdateRowSource>().Append((UpdateRowSource)99))
        {
            list.Add($"set UpdatedRowSource {source}", c =>
            {
                DbCommand command = c.Command();
                command.UpdatedRowSource = source;
                return command.UpdatedRowSource;
            });
        }
    }

    private static void Executions(OperationList list, string name, Func<ConformanceDialect, string?> text)
    {
        DbCommand Command(ConformanceContext context)
        {
            DbCommand command = context.Command();
            command.CommandText = text(context.Dialect);
            return command;
        }

        list.Add($"ExecuteNonQuery {name}", c => Command(c).ExecuteNonQuery());
        list.AddAsync($"ExecuteNonQueryAsync {name}", async c => await Command(c).ExecuteNonQueryAsync());
        list.Add($"ExecuteScalar {name}", c => Command(c).ExecuteScalar());
        list.AddAsync($"ExecuteScalarAsync {name}", async c => await Command(c).ExecuteScalarAsync());
        list.Add($"ExecuteReader {name}", c =>
        {
            using DbDataReader reader = Command(c).ExecuteReader();
            return Rows.Read(reader);
        });
        list.AddAsync($"ExecuteReaderAsync {name}", async c =>
        {
            await using DbDataReader reader = await Command(c).ExecuteReaderAsync();
            return await Rows.ReadAsync(reader);
        });
        list.Do($"Prepare {name}", c => Command(c).Prepare());
        list.DoAsync($"PrepareAsync {name}", c => Command(c).PrepareAsync());
        list.AddAsync($"ExecuteNonQueryAsync cancelled {name}", async c =>
            await Command(c).ExecuteNonQueryAsync(c.Cancelled));
    }

    private static void Behaviors(OperationList list)
    {
        foreach (int flag in new[] { 0, 1, 2, 4, 8, 16, 32, 32 + 8, 64 })
        {
            var behavior = (CommandBehavior)flag;
            list.Add($"ExecuteReader {behavior}", c =>
            {
                using DbDataReader reader = c.Command(c.Dialect.SelectAll).ExecuteReader(behavior);
                return Rows.Read(reader);
            });
            list.AddAsync($"ExecuteReaderAsync {behavior}", async c =>
            {
                await using DbDataReader reader =
                    await c.Command(c.Dialect.SelectAll).ExecuteReaderAsync(behavior);
                return await Rows.ReadAsync(reader);
            });
            list.Add($"ExecuteReader of an error {behavior}", c =>
                c.Command(c.Dialect.SyntaxError).ExecuteReader(behavior));
        }

        list.AddAsync("ExecuteReaderAsync cancelled", async c =>
            await c.Command(c.Dialect.SelectAll).ExecuteReaderAsync(c.Cancelled));
        list.AddAsync("ExecuteScalarAsync cancelled", async c =>
            await c.Command(c.Dialect.SelectAll).ExecuteScalarAsync(c.Cancelled));
        list.DoAsync("PrepareAsync cancelled", c => c.Command(c.Dialect.SelectAll).PrepareAsync(c.Cancelled));
        list.Add("IDbCommand.ExecuteReader", c => ((IDbCommand)c.Command(c.Dialect.SelectAll)).ExecuteReader());
    }

    private static void Misuse(OperationList list)
    {
        list.Add("get Connection", c => c.Which(c.Command().Connection));
        list.Add("get Transaction", c => c.Command().Transaction is null ? "none" :
            ReferenceEquals(c.Command().Transaction, c.Transaction) ? "the transaction" : "another");
        list.Add("set Connection null", c =>
        {
            DbCommand command = c.Command(c.Dialect.SelectAll);
            command.Connection = null;
            c.Note(c.Which(command.Connection));
            return command.ExecuteScalar();
        });
        list.Add("set Connection of the factory's command", c =>
        {
            DbCommand command = c.Factory.CreateCommand()!;
            command.Connection = c.Connection;
            command.CommandText = c.Dialect.SelectAll;
            if (c.Transaction is not null) command.Transaction = c.Transaction;
            c.Note(c.Which(command.Connection));
            return command.ExecuteScalar();
        });
        list.Add("set Transaction null", c =>
        {
            DbCommand command = c.Command(c.Dialect.SelectAll);
            command.Transaction = null;
            return command.ExecuteScalar();
        });
        MisuseOfLife(list);
    }

    private static void MisuseOfLife(OperationList list)
    {
        list.Add("Execute without a connection", c =>
        {
            DbCommand command = c.Factory.CreateCommand()!;
            command.CommandText = c.Dialect.SelectAll;
            return command.ExecuteScalar();
        });
        list.AddAsync("ExecuteAsync without a connection", async c =>
        {
            DbCommand command = c.Factory.CreateCommand()!;
            command.CommandText = c.Dialect.SelectAll;
            return await command.ExecuteScalarAsync();
        });
        list.Add("Execute after Dispose", c =>
        {
            DbCommand command = c.Command(c.Dialect.SelectAll);
            command.Dispose();
            return command.ExecuteScalar();
        });
        list.AddAsync("ExecuteAsync after DisposeAsync", async c =>
        {
            DbCommand command = c.Command(c.Dialect.SelectAll);
            await command.DisposeAsync();
            return await command.ExecuteScalarAsync();
        });
        list.Add("Execute with a parameter", c =>
        {
            DbCommand command = c.Command(c.Dialect.SelectName);
            DbParameter id = command.CreateParameter();
            id.ParameterName = "id";
            id.Value = 1;
            command.Parameters.Add(id);
            return command.ExecuteScalar();
        });
    }
}
