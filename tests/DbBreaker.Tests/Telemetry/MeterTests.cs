using System.Diagnostics;
using System.Net.Sockets;
using DbBreaker.Telemetry;
using N = DbBreaker.Telemetry.DbBreakerTelemetry;

namespace DbBreaker.Tests.Telemetry;

public sealed class MeterTests
{
    [Fact]
    public void Every_instrument_has_a_name_of_the_table_a_unit_and_a_description()
    {
        GuardHarness harness = new();
        using MeterReader meter = new(harness.Guard.Name);

        Assert.Equal(N.Instruments.Order(), meter.Instruments.Keys.Order());
        Assert.All(meter.Instruments.Values, instrument =>
        {
            Assert.Matches(@"^(s|\{[a-z]+\})$", instrument.Unit);
            Assert.NotEmpty(instrument.Description!);
        });
    }

    [Fact]
    public void Operations_are_counted_by_what_they_told()
    {
        GuardHarness harness = new(o => o.MinimumThroughput = 100);
        using MeterReader meter = new(harness.Guard.Name);

        for (int i = 0; i < 3; i++) harness.Succeed();
        SocketException twice = new((int)SocketError.ConnectionReset);
        harness.Fail(twice);
        harness.Fail(twice);
        harness.Fail(new OperationCanceledException());

        Dictionary<string, double> operations = meter.Observe(N.Operations);
        Assert.Equal(3, operations[N.OutcomeTag + "=success"]);
        Assert.Equal(1, operations[N.OutcomeTag + "=unavailable"]);
        Assert.Equal(1, operations[N.OutcomeTag + "=cancelled"]);
    }

    [Fact]
    public void A_transition_and_the_state_after_it_are_told_with_the_cause()
    {
        GuardHarness harness = new();
        using MeterReader meter = new(harness.Guard.Name);

        harness.Open();

        Assert.Equal(
            (1, $"{N.FromTag}=closed,{N.ToTag}=open,{N.CauseTag}=failure_ratio"),
            Assert.Single(meter.Recorded(N.CircuitTransitions)));
        Dictionary<string, double> states = meter.Observe(N.CircuitState);
        Assert.Equal(1, states[N.StateTag + "=open"]);
        Assert.Equal(1, states.Values.Sum());
    }

    [Fact]
    public void Permits_queue_and_rejections_are_what_the_guard_holds()
    {
        GuardHarness harness = new(o =>
        {
            o.PermitLimit = 2;
            o.QueueTimeout = TimeSpan.Zero;
        });
        using MeterReader meter = new(harness.Guard.Name);
        using DbGuardLease first = harness.Guard.Acquire(), second = harness.Guard.Acquire();

        harness.Reject();

        Assert.Equal(2, meter.Observe(N.PermitsInUse)[""]);
        Assert.Equal(2, meter.Observe(N.PermitsLimit)[""]);
        Assert.Equal(0, meter.Observe(N.QueueLength)[""]);
        Assert.Equal(1, meter.Observe(N.Rejections)[N.CauseTag + "=saturated"]);
        Assert.Equal(0, meter.Observe(N.Rejections)[N.CauseTag + "=open"]);
    }

    [Fact]
    public async Task Waits_and_holds_are_recorded_in_seconds()
    {
        GuardHarness harness = new(o => o.PermitLimit = 1);
        using MeterReader meter = new(harness.Guard.Name);
        DbGuardLease held = harness.Guard.Acquire();
        Task<DbGuardLease> waiting = harness.Guard.AcquireAsync(TestContext.Current.CancellationToken).AsTask();

        harness.Pass(TimeSpan.FromSeconds(1));
        held.Dispose();
        (await waiting).Dispose();

        (double waited, string outcome) = Assert.Single(meter.Recorded(N.QueueWaitTime));
        Assert.Equal((1, N.OutcomeTag + "=granted"), (waited, outcome));
        Assert.Equal([1, 0], meter.Recorded(N.PermitsHeldTime).Select(m => Math.Round(m.Value, 1)));
    }

    [Fact]
    public async Task Probes_are_counted_by_their_outcome()
    {
        GuardHarness harness = new(o => o.Probe = _ => Task.FromException(new SocketException()));
        using MeterReader meter = new(harness.Guard.Name);

        harness.Open();
        for (int i = 0; i < 100 && !meter.Recorded(N.Probes).Any(); i++)
        {
            harness.Pass(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.Contains(
            meter.Recorded(N.Probes),
            probe => probe.Tags is N.OutcomeTag + "=failed" or N.OutcomeTag + "=unanswered");
    }

    [Fact]
    public void Fallback_answers_are_counted_by_source()
    {
        GuardHarness harness = new();
        using MeterReader meter = new(harness.Guard.Name);

        harness.Guard.FallbackAnswered("cache");

        Assert.Equal((1, N.SourceTag + "=cache"), Assert.Single(meter.Recorded(N.FallbackAnswers)));
    }

    [Fact]
    public void No_tag_has_a_value_that_is_not_in_the_table()
    {
        GuardHarness harness = new(o => o.MinimumThroughput = 1_000);
        using MeterReader meter = new(harness.Guard.Name);
        for (int i = 0; i < 50; i++) harness.Fail(new InvalidOperationException($"text {i}"));
        for (int i = 0; i < 50; i++)
        {
            harness.Guard.Isolate($"reason {i}");
            harness.Reject();
            harness.Guard.Reset();
        }

        string[] seen = [.. N.Instruments.SelectMany(name => meter.Observe(name).Keys)
            .Concat(N.Instruments.SelectMany(name => meter.Recorded(name)).Select(m => m.Tags)).Distinct()];

        Assert.DoesNotContain(seen, tags => tags.Contains("reason", StringComparison.Ordinal)
            || tags.Contains("text", StringComparison.Ordinal));
        Assert.InRange(seen.Length, 10, 40);
    }

    [Fact]
    public async Task A_rejection_a_wait_and_a_fallback_are_events_on_the_callers_activity()
    {
        GuardHarness harness = new(o => o.PermitLimit = 1);
        using ActivitySource source = new("tests");
        using ActivityListener listener = new()
        {
            ShouldListenTo = s => s == source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        DbGuardLease held = harness.Guard.Acquire();

        using Activity activity = source.StartActivity("request")!;
        Task<DbGuardLease> waiting = harness.Guard.AcquireAsync(TestContext.Current.CancellationToken).AsTask();
        harness.Pass(TimeSpan.FromSeconds(1));
        held.Dispose();
        (await waiting).Dispose();
        harness.Open();
        harness.Reject();
        harness.Guard.FallbackAnswered("replica");

        Assert.Equal([N.WaitedEvent, N.RejectedEvent, N.FallbackEvent], activity.Events.Select(e => e.Name));
        Assert.All(activity.Events, e => Assert.Contains(new(N.GuardTag, harness.Guard.Name), e.Tags));
        Assert.Equal(
            [(N.WaitSecondsTag, 1.0), (N.CauseTag, "open"), (N.SourceTag, "replica")],
            activity.Events.Select(e => (e.Tags.Last().Key, e.Tags.Last().Value!)));
    }

    [Fact]
    public void When_nobody_listens_a_call_allocates_nothing()
    {
        DbGuard guard = new DbGuardRegistry(null, isDisabled: false).GetOrAdd("quiet");

        Assert.Equal(0, Allocations.Of(() => Call(guard)));
    }

    [Fact]
    public void A_guard_that_is_switched_off_allocates_nothing_and_watches_nothing()
    {
        DbGuard guard = new DbGuardRegistry(null, isDisabled: true).GetOrAdd("off");

        Assert.Equal(0, Allocations.Of(() => Call(guard)));
        Assert.False(guard.IsWatching);
        Assert.Equal((0, 0), (guard.GetSnapshot().PermitsInUse, guard.GetSnapshot().Operations));
    }

    [Fact]
    public void Asking_an_open_circuit_allocates_nothing()
    {
        DbGuard guard = new DbGuardRegistry(null, isDisabled: false).GetOrAdd("shut");
        guard.Isolate("test");

        Assert.Equal(0, Allocations.Of(() => guard.TryAcquire(out _)));
    }

    [Fact]
    public void Guards_that_nobody_uses_any_more_are_not_kept_for_their_numbers()
    {
        WeakReference weak = MakeAndForget();
        for (int i = 0; i < 10 && weak.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(weak.IsAlive);
    }

    private static void Call(DbGuard guard)
    {
        using DbGuardLease lease = guard.Acquire();
        lease.ReportSuccess();
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static WeakReference MakeAndForget()
    {
        DbGuardRegistry registry = new(null, isDisabled: false);
        registry.GetOrAdd("forgotten");
        return new WeakReference(registry);
    }
}
