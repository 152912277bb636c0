using System.Data.Common;
using Xunit;

namespace DbBreaker.TestKit.Contract;

public abstract partial class GuardContract
{
    private static readonly TimeSpan BetweenCallers = TimeSpan.FromMilliseconds(20);

    private readonly SteadyCallers _callers = new(BetweenCallers);

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_server_that_vanishes_opens_the_circuit_and_one_that_returns_closes_it(bool async) =>
        await GoThroughAsync(Server.Vanish, Server.Return, async);

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_server_that_stands_still_opens_the_circuit_and_one_that_goes_on_closes_it(bool async)
    {
        if (Server.NeverStandsStill is { } reason) Assert.Skip(reason);
        await GoThroughAsync(Server.StandStill, Server.GoOn, async);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_connection_that_was_lost_gives_its_permit_back_and_is_one_failure(bool async)
    {
        if (!Server.LosesConnections) Assert.Skip("An open file stays open.");
        await using DbConnection connection = await OpenAsync(async);
        await ScalarAsync(connection, async);
        long before = Guard.GetSnapshot().Failures;
        Server.Vanish();
        try
        {
            await Assert.ThrowsAnyAsync<Exception>(() => ScalarAsync(connection, async, timeout: 5));
            await Eventually.BecomesTrueAsync(
                () => Guard.GetSnapshot() is { PermitsInUse: 0 } now && now.Failures == before + 1, Deadline,
                "the loss is counted, and the permit is back", cancellationToken: Token);
        }
        finally
        {
            Server.Return();
        }
    }

    // A caller every few milliseconds, whatever became of those before it: through health, outage and recovery.
    private async Task GoThroughAsync(Action hurt, Action heal, bool async)
    {
        await CallAsync(async);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task traffic = _callers.RunAsync(() => CallAsync(async), async, stop.Token);
        await SeeAsync("the server works", (at, error) => error is null && at > TimeSpan.Zero, count: 20);

        // A test machine that stands still for a moment looks as a server does that takes long: its queue is full then.
        Assert.DoesNotContain(_callers.Calls, call => call.Error is not (null or DbPoolSaturatedException));
        Assert.Equal(0, Guard.GetSnapshot().Transitions);

        TimeSpan hurtAt = _callers.Elapsed;
        hurt();
        TimeSpan healedAt;
        try
        {
            await SeeAsync(
                "callers are rejected", (at, error) => at > hurtAt && error is DbCircuitOpenException, count: 10);
            Assert.NotEqual(CircuitState.Closed, Guard.State);
            Assert.All(
                _callers.Calls.Select(call => call.Error).OfType<DbGuardException>(),
                rejection => Assert.True(rejection.RetryAfter >= TimeSpan.Zero));
        }
        finally
        {
            healedAt = _callers.Elapsed;
            heal();
        }

        await SeeAsync("callers pass again", (at, error) => at > healedAt && error is null, count: 20);
        await Eventually.BecomesTrueAsync(
            () => Guard.State is CircuitState.Closed, Deadline, "the circuit closes", cancellationToken: Token);
        TimeSpan closedAt = _callers.Elapsed;
        await SeeAsync("traffic is back", (at, error) => at > closedAt && error is null, count: 20);
        await stop.CancelAsync();
        await traffic;
        await AllPermitsAreBackAsync();
        TellStorm(hurtAt, healedAt);
    }

    private void TellStorm(TimeSpan hurtAt, TimeSpan healedAt)
    {
        TimeSpan? rejected = _callers.First(hurtAt, static error => error is DbGuardException);
        TimeSpan? passed = _callers.First(healedAt, static error => error is null);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"first fast failure {rejected?.TotalSeconds:0.00} s, first success {passed?.TotalSeconds:0.00} s, "
            + $"{_callers}");
    }

    private Task SeeAsync(string because, Func<TimeSpan, Exception?, bool> counts, int count) =>
        Eventually.BecomesTrueAsync(
            () => _callers.Calls.Count(call => counts(call.At, call.Error)) >= count, Deadline, because,
            cancellationToken: Token);
}
