using System.Data;
using System.Data.Common;

namespace DbBreaker.Fallback;

/// <summary>
/// Runs the caller's command on a replica's connection, as a copy: drivers bind a command to its connection while its
/// reader is open, and the caller's command stays the primary's. The reader closes the connection.
/// </summary>
internal static class ReplicaCommand
{
    public static async ValueTask<DbDataReader> ReadAsync(
        DbFallbackCall call, GuardedDbConnection connection, bool async, CancellationToken cancellationToken)
    {
        CommandBehavior behavior = call.Behavior | CommandBehavior.CloseConnection;
        if (call.Batch is { } batch)
        {
            DbBatch batchCopy = Copy(batch, connection);
            call.CancelRunning = batchCopy.Cancel;
            return async
                ? await batchCopy.ExecuteReaderAsync(behavior, cancellationToken).ConfigureAwait(false)
                : batchCopy.ExecuteReader(behavior);
        }

        DbCommand copy = Copy(call.Command!, connection);
        call.CancelRunning = copy.Cancel;
        DbDataReader reader = async
            ? await copy.ExecuteReaderAsync(behavior, cancellationToken).ConfigureAwait(false)
            : copy.ExecuteReader(behavior);
        ReturnOutputs(copy.Parameters, call.Command!.Parameters);
        return reader;
    }

    // Drivers know more about their commands than ADO.NET has names for, and most can copy them.
    private static DbCommand Copy(DbCommand command, GuardedDbConnection connection)
    {
        if ((command as ICloneable)?.Clone() is DbCommand clone)
        {
            clone.Transaction = null;
            clone.Connection = connection.Inner;
            return new GuardedDbCommand(clone, connection);
        }

        DbCommand copy = connection.CreateCommand();
        copy.CommandText = command.CommandText;
        copy.CommandType = command.CommandType;
        copy.CommandTimeout = command.CommandTimeout;
        Copy(command.Parameters, copy.Parameters, copy.CreateParameter);
        return copy;
    }

    private static DbBatch Copy(DbBatch batch, GuardedDbConnection connection)
    {
        DbBatch copy = connection.CreateBatch();
        copy.Timeout = batch.Timeout;
        foreach (DbBatchCommand command in batch.BatchCommands)
        {
            DbBatchCommand one = copy.CreateBatchCommand();
            one.CommandText = command.CommandText;
            one.CommandType = command.CommandType;
            Copy(command.Parameters, one.Parameters, connection.CreateCommand().CreateParameter);
            copy.BatchCommands.Add(one);
        }

        return copy;
    }

    private static void Copy(DbParameterCollection from, DbParameterCollection to, Func<DbParameter> create)
    {
        foreach (DbParameter parameter in from)
        {
            if (parameter is ICloneable cloneable)
            {
                to.Add(cloneable.Clone());
                continue;
            }

            DbParameter copy = create();
            copy.ParameterName = parameter.ParameterName;
            copy.Direction = parameter.Direction;
            copy.IsNullable = parameter.IsNullable;
            copy.Size = parameter.Size;
            copy.Value = parameter.Value;
            to.Add(copy);
        }
    }

    private static void ReturnOutputs(DbParameterCollection from, DbParameterCollection to)
    {
        for (int i = 0; i < to.Count; i++)
        {
            if (to[i].Direction != ParameterDirection.Input) to[i].Value = from[i].Value;
        }
    }
}
