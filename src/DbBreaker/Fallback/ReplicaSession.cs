using System.Data.Common;

namespace DbBreaker.Fallback;

/// <summary>What is done to each connection to a replica before its query: it becomes read-only, and the application's
/// own preparation runs.</summary>
internal sealed class ReplicaSession(string? readOnlyText, DbGuardOptions options)
{
    public async ValueTask PrepareAsync(GuardedDbConnection connection, bool async, CancellationToken cancellationToken)
    {
        if (readOnlyText is not null)
        {
            DbCommand command = connection.CreateCommand();
            command.CommandText = readOnlyText;
            if (async) await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            else command.ExecuteNonQuery();
        }

        if (async && options.ReplicaSessionAsync is { } prepareAsync)
            await prepareAsync(connection.Inner, cancellationToken).ConfigureAwait(false);
        else options.ReplicaSession?.Invoke(connection.Inner);
    }
}
