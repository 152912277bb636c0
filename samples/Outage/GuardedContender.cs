using DbBreaker;
using Npgsql;

namespace Outage;

/// <summary>Npgsql behind a guard with every setting at its default.</summary>
internal sealed class GuardedContender(string connectionString) : IContender
{
    private readonly GuardedDbDataSource _source = NpgsqlDataSource.Create(connectionString).WithCircuitBreaker();

    public string Name => "dbbreaker";

    public DateTimeOffset? OpenedAt => Transitions.FirstOrDefault(t => t.To == CircuitState.Open)?.At;

    public IReadOnlyList<DbGuardTransition> Transitions => _source.Guard.GetSnapshot().RecentTransitions;

    public bool IsRejection(Exception exception) => exception is DbGuardException;

    public Task RequestAsync(CancellationToken cancellationToken) =>
        PlainContender.AskAsync(_source, cancellationToken);

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
