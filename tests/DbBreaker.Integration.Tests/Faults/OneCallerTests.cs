using DbBreaker.Integration.Tests.Application;
using DbBreaker.Integration.Tests.Bursts;
using DbBreaker.TestKit;
using Npgsql;

namespace DbBreaker.Integration.Tests.Faults;

/// <summary>Two requests a second and a pool of a hundred: no ratio and no full pool tells of a freeze.</summary>
[Collection(nameof(Alone))]
public sealed class OneCallerTests(HurtServer hurt, ITestOutputHelper output) : IClassFixture<HurtServer>
{
    private const double Rate = 2;
    private const int Pool = 100, Warm = 6;

    // The product promises 1.5 s; this machine may be busy, which the guard's own clock takes into account.
    private static readonly TimeSpan _atMost = TimeSpan.FromSeconds(3);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_freeze_opens_the_circuit_soon_after_the_first_stuck_call()
    {
        var builder = new NpgsqlConnectionStringBuilder(hurt.Pooled()) { MaxPoolSize = Pool };
        SteadyLoad[] loads = [.. GuardedApp.BothSeams(builder.ConnectionString)
            .Select(static app => new SteadyLoad(app, Rate))];
        foreach (SteadyLoad load in loads) await load.MoreAsync(Warm, LoadOutcome.Succeeded);
        int[] before = [.. loads.Select(static load => load.App.Transitions.Count)];
        await hurt.Server.FreezeAsync(Token);
        for (int i = 0; i < loads.Length; i++) await loads[i].HasBecomeAsync(CircuitState.Open, before[i]);
        await hurt.Server.ThawAsync(Token);
        for (int i = 0; i < loads.Length; i++)
        {
            SteadyLoad load = loads[i];
            await load.HasBecomeAsync(CircuitState.Closed, before[i]);
            LoadResult result = await load.StopAsync();
            DbGuardTransition opened = load.App.Transitions[before[i]];
            await load.App.DisposeAsync();

            TimeSpan openAt = load.At(opened);
            TimeSpan stuckAt = result.Requests
                .First(r => r.ScheduledAt < openAt && !(r.EndedAt < openAt)).ScheduledAt;
            output.WriteLine($"{load.App}: {(openAt - stuckAt).TotalSeconds:0.000} s; {opened}");
            Assert.InRange(openAt - stuckAt, TimeSpan.Zero, _atMost);
            Assert.Equal(DbTransitionCause.ProbeUnanswered, opened.Cause);
            Assert.True(opened.Stalled >= 1, $"{opened}");
        }
    }
}
