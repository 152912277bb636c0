using System.Data.Common;

namespace Outage;

/// <summary>The driver as it comes.</summary>
internal sealed class PlainContender(IDatabase database) : IContender
{
    private readonly DbDataSource _source = database.CreateSource(OutageOptions.Plain);

    public string Name => OutageOptions.Plain;

    public DateTimeOffset? OpenedAt => null;

    public bool IsRejection(Exception exception) => false;

    public Task RequestAsync(CancellationToken cancellationToken) =>
        AskAsync(_source, database.Question, cancellationToken);

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    /// <summary>The request of every contender: some 10 ms of work on a server.</summary>
    public static async Task AskAsync(DbDataSource source, string question, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await source.OpenConnectionAsync(cancellationToken);
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = question;
        await command.ExecuteScalarAsync(cancellationToken);
    }
}
