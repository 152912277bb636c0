using DbBreaker.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DbBreaker.Tests.DependencyInjection;

public sealed class GuardReloadTests
{
    [Fact]
    public void A_change_reaches_a_guard_in_use_and_is_logged_with_what_changed()
    {
        using var container = new GuardContainer(("Guards:orders:FailureRatio", "0.2")).Start();
        DbGuardLease held = container.Guard("orders").Acquire();

        container.Change(("Guards:orders:FailureRatio", "0.9"), ("Guards:orders:PermitLimit", "3"));

        DbGuard guard = container.Guard("orders");
        Assert.True(held.IsHeld);
        Assert.Equal((0.9, 3, 1), (guard.Options.FailureRatio, guard.GetSnapshot().PermitLimit, guard.PermitsInUse));
        Assert.Contains(
            container.Lines(EventIds.GuardReconfigured),
            line => line.Message.Contains("FailureRatio 0.2 -> 0.9", StringComparison.Ordinal));
    }

    [Fact]
    public void An_open_circuit_keeps_its_state_and_its_remaining_break()
    {
        using var container = new GuardContainer(
            ("Guards:orders:BreakDuration", "10s"), ("Guards:orders:MinimumThroughput", "2")).Start();
        DbGuard guard = container.Guard("orders");
        for (int i = 0; i < 2; i++)
        {
            using DbGuardLease lease = guard.Acquire();
            lease.ReportFailure(new System.Net.Sockets.SocketException(), DbPhase.Opening);
        }

        TimeSpan before = guard.GetSnapshot().RetryAfter;
        container.Change(("Guards:orders:BreakDuration", "30s"), ("Guards:orders:FailureRatio", "1"));

        Assert.Equal(CircuitState.Open, guard.State);
        Assert.True(before > TimeSpan.Zero);
        Assert.Equal(before, guard.GetSnapshot().RetryAfter);
    }

    [Fact]
    public void A_change_that_is_not_valid_leaves_the_old_options_and_one_error_line()
    {
        using var container = new GuardContainer(("Guards:orders:FailureRatio", "0.2")).Start();

        container.Change(("Guards:orders:FailureRatio", "nonsense"), ("Guards:orders:QueueLimit", "5"));
        container.Change();

        DbGuardOptions kept = container.Guard("orders").Options;
        Assert.Equal((0.2, 1_000), (kept.FailureRatio, kept.QueueLimit));
        Assert.Equal(LogLevel.Error, Assert.Single(container.Lines(EventIds.ReloadRefused)).Level);

        container.Change(("Guards:orders:FailureRatio", "0.7"));
        Assert.Equal(0.7, container.Guard("orders").Options.FailureRatio);
    }

    [Fact]
    public void A_guard_that_leaves_the_configuration_falls_back_to_code_and_defaults()
    {
        using var container = new GuardContainer(("Guards:orders:FailureRatio", "0.2")).Start();

        container.Change(("Guards:orders:FailureRatio", null));

        Assert.Equal(0.5, container.Guard("orders").Options.FailureRatio);
    }

    [Fact]
    public void Configuration_isolates_a_guard_and_gives_it_back()
    {
        using var container = new GuardContainer(
            ("Guards:orders:Isolated", "true"), ("Guards:orders:IsolationReason", "moving house")).Start();
        DbGuard guard = container.Guard("orders");

        var error = Assert.Throws<DbCircuitOpenException>(() => guard.Acquire());
        Assert.Contains("moving house", error.Message, StringComparison.Ordinal);

        container.Change(("Guards:orders:Isolated", "false"));
        Assert.Equal(CircuitState.Closed, guard.State);
    }

    [Fact]
    public void An_isolation_by_hand_is_not_undone_by_an_unrelated_change()
    {
        using var container = new GuardContainer(("Guards:orders:FailureRatio", "0.2")).Start();
        DbGuard guard = container.Guard("orders");
        guard.Isolate("somebody's decision");

        container.Change(("Guards:orders:FailureRatio", "0.3"));

        Assert.Equal(CircuitState.Isolated, guard.State);
    }

    [Fact]
    public void An_isolation_ends_at_its_time()
    {
        using var container = new GuardContainer().Start();
        DateTimeOffset end = container.Time.GetUtcNow() + TimeSpan.FromSeconds(30);
        container.Change(("Guards:orders:Isolated", "true"), ("Guards:orders:IsolatedUntil", end.ToString("O")));
        DbGuard guard = container.Guard("orders");
        Assert.Equal(end, guard.GetSnapshot().IsolatedUntil);
        Assert.Equal(TimeSpan.FromSeconds(30), guard.GetSnapshot().RetryAfter);

        for (int i = 0; i < 31 * 20; i++) container.Time.Advance(TimeSpan.FromMilliseconds(50));

        Assert.Equal(CircuitState.Closed, guard.State);
        Assert.Equal(DbTransitionCause.IsolationEnded, guard.GetSnapshot().RecentTransitions[^1].Cause);
    }

    [Fact]
    public void An_isolation_that_would_end_too_late_is_refused_as_a_whole()
    {
        using var container = new GuardContainer(("Guards:orders:FailureRatio", "0.2")).Start();
        DbGuard guard = container.Guard("orders");
        string end = container.Time.GetUtcNow().AddDays(366).ToString("O");
        container.Change(("Guards:orders:Isolated", "true"), ("Guards:orders:IsolatedUntil", end));

        Assert.Equal(CircuitState.Closed, guard.State);
        string line = Assert.Single(container.Lines(EventIds.ReloadRefused)).Message;
        Assert.Contains("accepted is up to 365 days", line, StringComparison.Ordinal);
        var refusal = Assert.Throws<OptionsValidationException>(() => new GuardContainer(
            ("Guards:orders:Isolated", "true"), ("Guards:orders:IsolatedUntil", "2099-01-01T00:00:00Z")).Start());
        Assert.Contains("orders: IsolatedUntil is 2099-01-01", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_end_without_an_isolation_is_said_to_mean_nothing()
    {
        using var container = new GuardContainer(("Guards:orders:IsolatedUntil", "2030-01-31T04:00:00Z")).Start();

        string line = Assert.Single(container.Lines(EventIds.KeyUnknown)).Message;
        Assert.Contains("Isolated is not set", line, StringComparison.Ordinal);
        Assert.Equal(CircuitState.Closed, container.Guard("orders").State);
    }

    [Fact]
    public async Task Ten_thousand_changes_during_traffic_lose_no_permit_and_no_state()
    {
        using var container = new GuardContainer(
            ("Guards:busy:PermitLimit", "8"), ("Guards:down:MinimumThroughput", "2"),
            ("Guards:shut:PermitLimit", "8")).Start();
        DbGuard busy = container.Guard("busy"), down = container.Guard("down"), shut = container.Guard("shut");
        for (int i = 0; i < 2; i++)
        {
            using DbGuardLease lease = down.Acquire();
            lease.ReportFailure(new System.Net.Sockets.SocketException(), DbPhase.Opening);
        }

        shut.Isolate("moving house", TimeSpan.FromHours(1));
        DbGuardSnapshot downBefore = down.GetSnapshot(), shutBefore = shut.GetSnapshot();
        using CancellationTokenSource over = new();
        Task<long>[] traffic = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() => CallAsync(busy, over.Token)))];
        Task<long> rejected = Task.Run(() => AskAsync(down, shut, over.Token), TestContext.Current.CancellationToken);

        for (int i = 0; i < 10_000; i++)
        {
            string limit = $"{1 + i % 8}";
            container.Change(
                ("Guards:busy:PermitLimit", limit), ("Guards:down:PermitLimit", limit),
                ("Guards:down:BreakDuration", $"{1 + i % 50}s"), ("Guards:shut:FailureRatio", $"0.{1 + i % 9}"));
        }

        await over.CancelAsync();

        Assert.True((await Task.WhenAll(traffic)).Sum() > 0);
        Assert.True(await rejected > 0);
        Assert.Equal((0, 0, 8), (busy.PermitsInUse, busy.WaitingCount, busy.GetSnapshot().PermitLimit));
        Assert.Equal((CircuitState.Closed, 0), (busy.State, busy.GetSnapshot().Transitions));
        Assert.Equal(
            (downBefore.State, downBefore.Transitions, downBefore.RetryAfter, downBefore.Reason),
            (down.State, down.GetSnapshot().Transitions, down.GetSnapshot().RetryAfter, down.GetSnapshot().Reason));
        Assert.Equal(
            (shutBefore.State, shutBefore.Transitions, shutBefore.IsolatedUntil),
            (shut.State, shut.GetSnapshot().Transitions, shut.GetSnapshot().IsolatedUntil));
        Assert.Empty(container.Lines(EventIds.ReloadRefused));
    }

    private static async Task<long> CallAsync(DbGuard guard, CancellationToken over)
    {
        long calls = 0;
        while (!over.IsCancellationRequested)
        {
            using DbGuardLease lease = calls % 2 == 0
                ? await guard.AcquireAsync(CancellationToken.None)
                : guard.Acquire();
            lease.ReportSuccess();
            if (++calls % 64 == 0) await Task.Yield();
        }

        return calls;
    }

    private static async Task<long> AskAsync(DbGuard down, DbGuard shut, CancellationToken over)
    {
        long rejections = 0;
        while (!over.IsCancellationRequested)
        {
            Assert.False(down.TryAcquire(out DbGuardLease _));
            Assert.False(shut.TryAcquire(out DbGuardLease _));
            if (++rejections % 64 == 0) await Task.Yield();
        }

        return rejections;
    }
}
