using System.Data;
using DbBreaker.Integration.Tests.Application;
using DbBreaker.TestKit;
using Npgsql;

namespace DbBreaker.Integration.Tests.Storms;

/// <summary>Errors by the hundred that a server which is well gives: no transition, whatever callers meet.</summary>
public sealed class StormTests(StormServer storm, ITestOutputHelper output) : IClassFixture<StormServer>
{
    // Over both seams together: the server is on the same machine.
    private const double Rate = 200;
    private const int Enough = 10;

    private static readonly TimeSpan _duration = TimeSpan.FromSeconds(5);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public Task Unique_violations() => MeetAsync(
        (app, n, token) => app.InsertAsync(RowOf(n), token), PostgresErrorCodes.UniqueViolation);

    [Fact]
    public Task Syntax_errors() => MeetAsync(
        static (app, _, token) => app.QueryAsync("SELEC 1", token), PostgresErrorCodes.SyntaxError);

    [Fact]
    public Task Deadlocks() => MeetAsync(DeadlockAsync, PostgresErrorCodes.DeadlockDetected, perSecond: Rate / 2);

    [Fact]
    public Task Serialization_failures() =>
        MeetAsync(ConflictAsync, PostgresErrorCodes.SerializationFailure);

    [Fact]
    public async Task Lock_timeouts()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(storm.ConnectionString);
        await using NpgsqlConnection holder = await source.OpenConnectionAsync(Token);
        await using NpgsqlTransaction transaction = await holder.BeginTransactionAsync(Token);
        await using NpgsqlCommand hold = new("SELECT * FROM item FOR UPDATE", holder);
        await hold.ExecuteNonQueryAsync(Token);

        await MeetAsync(
            static (app, n, token) => app.ExecuteAsync(
                $"SET lock_timeout = '20ms'; UPDATE item SET value = 1 WHERE id = {RowOf(n)}", token),
            PostgresErrorCodes.LockNotAvailable);
    }

    [Fact]
    public Task Statement_timeouts_of_the_server() => MeetAsync(
        static (app, _, token) => app.ExecuteAsync("SET statement_timeout = '20ms'; SELECT pg_sleep(5)", token),
        PostgresErrorCodes.QueryCanceled);

    /// <summary>A second for each of twenty: most callers find no permit, and the server answers what is asked of it.
    /// </summary>
    [Fact]
    public Task Command_timeouts_on_a_live_server() => MeetAsync(
        static (app, _, token) => app.QueryAsync(Sleep(5), token), nameof(TimeoutException), commandTimeout: 1);

    [Fact]
    public Task Callers_that_give_up() => MeetAsync(
        static async (app, _, token) =>
        {
            using var soon = CancellationTokenSource.CreateLinkedTokenSource(token);
            soon.CancelAfter(TimeSpan.FromMilliseconds(30));
            await app.QueryAsync(Sleep(5), soon.Token);
        },
        nameof(OperationCanceledException));

    /// <summary>Nothing comes back for five seconds, and everybody else waits or is turned away.</summary>
    [Fact]
    public Task Twenty_reports_of_five_seconds_at_once() => MeetAsync(
        static (app, n, token) => app.QueryAsync(n < GuardedApp.Pool ? Sleep(5) : GuardedApp.Question, token),
        nameof(DbPoolSaturatedException), check: static result => Assert.Equal(GuardedApp.Pool, result.Requests.Count(
            static r => r.Outcome == LoadOutcome.Succeeded && r.Latency >= TimeSpan.FromSeconds(5))));

    private static int RowOf(int n) => 1 + n % 1_000;

    private static string Sleep(int seconds) => $"SELECT 1 AS \"Value\" FROM pg_sleep({seconds})";

    // Two transactions lock two rows crosswise: the server ends one of them.
    private static async Task DeadlockAsync(GuardedApp app, int n, CancellationToken token)
    {
        // Rows of its own for each request and seam: a third transaction would wait for the two without an end.
        int one = 1 + (app is EfApp ? 500 : 0) + n * 2 % 500, other = one + 1;
        var firstHolds = new TaskCompletionSource();
        var secondHolds = new TaskCompletionSource();
        await Task.WhenAll(
            CrossAsync(one, other, firstHolds, secondHolds), CrossAsync(other, one, secondHolds, firstHolds));

        async Task CrossAsync(int mine, int theirs, TaskCompletionSource iHold, TaskCompletionSource theyHold)
        {
            try
            {
                await app.TransactAsync(IsolationLevel.ReadCommitted, async execute =>
                {
                    await execute("SET LOCAL deadlock_timeout = '10ms'");
                    await execute($"UPDATE item SET value = value + 1 WHERE id = {mine}");
                    iHold.TrySetResult();
                    await theyHold.Task.WaitAsync(token);
                    await execute($"UPDATE item SET value = value + 1 WHERE id = {theirs}");
                }, token);
            }
            finally
            {
                iHold.TrySetResult();
            }
        }
    }

    // A row that changes between a transaction's first look and its write.
    private Task ConflictAsync(GuardedApp app, int n, CancellationToken token) =>
        app.TransactAsync(IsolationLevel.RepeatableRead, async execute =>
        {
            string update = $"UPDATE item SET value = value + 1 WHERE id = {RowOf(n)}";
            await execute("SELECT count(*) FROM item WHERE id = 1");
            await using (NpgsqlCommand meanwhile = storm.Others.CreateCommand(update))
                await meanwhile.ExecuteNonQueryAsync(token);
            await execute(update);
        }, token);

    private async Task MeetAsync(
        Func<GuardedApp, int, CancellationToken, Task> request, string error, double perSecond = Rate,
        int commandTimeout = 30, Action<LoadResult>? check = null)
    {
        IReadOnlyList<GuardedApp> apps = GuardedApp.BothSeams(storm.Pooled(commandTimeout), GuardedApp.BePatient);
        foreach (GuardedApp app in apps) await app.WarmUpAsync();
        long[] before = [.. apps.Select(static app => app.Guard.GetSnapshot().Transitions)];
        LoadResult[] results = await Task.WhenAll(
            apps.Select(app => Storm.RunAsync(app, request, perSecond / apps.Count, _duration)));
        DbGuardSnapshot[] after = [.. apps.Select(static app => app.Guard.GetSnapshot())];
        foreach (GuardedApp app in apps) await app.DisposeAsync();
        for (int i = 0; i < apps.Count; i++)
        {
            LoadResult result = results[i];
            int met = result.Requests.Count(r => Storm.IsOf(r.Error, error));
            output.WriteLine($"{apps[i]}: {met} of {result.Requests.Count} met {error}; {after[i].Failures} failures, "
                + $"{after[i].RejectedSaturated} turned away, probe answered: {after[i].ProbeAnswered}");
            foreach ((string kind, int count) in result.ErrorKinds()) output.WriteLine($"  {count} x {kind}");
            foreach (DbGuardTransition transition in after[i].RecentTransitions) output.WriteLine($"  {transition}");
            Assert.Equal(before[i], after[i].Transitions);
            // On a busy machine some wait in vain for a permit; nobody meets anything else.
            Assert.All(
                result.Requests.Where(static r => r.Error is not null and not DbPoolSaturatedException),
                r => Assert.True(Storm.IsOf(r.Error, error), $"{r.Error}"));
            Assert.InRange(met, Enough, result.Requests.Count);
            check?.Invoke(result);
        }
    }
}
