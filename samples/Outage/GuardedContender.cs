using DbBreaker;

namespace Outage;

/// <summary>The driver behind a guard with every setting at its default.</summary>
internal sealed class GuardedContender(IDatabase database) : IContender
{
    private readonly GuardedDbDataSource _source =
        database.CreateSource(OutageOptions.DbBreaker).WithCircuitBreaker(database.Configure);

    public string Name => OutageOptions.DbBreaker;

    public DateTimeOffset? OpenedAt => Transitions.FirstOrDefault(t => t.To == CircuitState.Open)?.At;

    public IReadOnlyList<DbGuardTransition> Transitions => _source.Guard.GetSnapshot().RecentTransitions;

    public bool IsRejection(Exception exception) => exception is DbGuardException;

    public Task RequestAsync(CancellationToken cancellationToken) =>
        PlainContender.AskAsync(_source, database.Question, cancellationToken);

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
