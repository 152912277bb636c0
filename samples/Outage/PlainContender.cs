using System.Data.Common;
using Npgsql;

namespace Outage;

/// <summary>Npgsql as it comes.</summary>
internal sealed class PlainContender(string connectionString) : IContender
{
    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(connectionString);

    public string Name => "plain";

    public DateTimeOffset? OpenedAt => null;

    public bool IsRejection(Exception exception) => false;

    public Task RequestAsync(CancellationToken cancellationToken) => AskAsync(_source, cancellationToken);

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    /// <summary>The request of every contender: some 10 ms of work on the server.</summary>
    public static async Task AskAsync(DbDataSource source, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await source.OpenConnectionAsync(cancellationToken);
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = "SELECT pg_sleep(0.01)";
        await command.ExecuteScalarAsync(cancellationToken);
    }
}
