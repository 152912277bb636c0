using System.Reflection;
using DbBreaker.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace DbBreaker.Tests.Telemetry;

public sealed class LogTests
{
    [Fact]
    public void Each_transition_is_one_line_with_its_reason_and_its_severity()
    {
        GuardHarness harness = new(o => o.SuccessesToClose = 1);

        harness.Open();
        harness.Reject();
        harness.Pass(TimeSpan.FromSeconds(6));
        harness.Succeed();

        Assert.Equal(
            [(EventIds.CircuitOpened, LogLevel.Error), (EventIds.CircuitHalfOpened, LogLevel.Warning),
                (EventIds.CircuitClosed, LogLevel.Information)],
            harness.Lines().Where(l => l.Id.Id < 1100).Select(l => (l.Id.Id, l.Level)));
        AssertSays(harness, EventIds.CircuitOpened, "2 of 2");
        AssertSays(harness, EventIds.CircuitHalfOpened, "the break is over");
        AssertSays(harness, EventIds.CircuitClosed, "rejected 1");
        string name = harness.Guard.Name;
        AssertSays(harness, EventIds.CallRejected, $"Guard {name} rejects calls (Open): the circuit is open (2 of 2");
        Assert.DoesNotContain("..", harness.Lines(EventIds.CallRejected)[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_isolation_is_logged_with_the_reason_that_was_given()
    {
        GuardHarness harness = new();

        harness.Guard.Isolate("moving house");

        AssertSays(harness, EventIds.CircuitIsolated, "isolated: moving house");
    }

    [Fact]
    public void A_storm_of_a_million_rejections_is_a_few_lines_with_counts()
    {
        const int seconds = 25, callers = 4, asked = 9_950, thrown = 50;
        GuardHarness harness = new(o => o.BreakDuration = TimeSpan.FromSeconds(45));
        harness.Open();

        for (int second = 0; second < seconds; second++)
        {
            Parallel.For(0, callers, _ =>
            {
                for (int i = 0; i < asked; i++) Assert.False(harness.Guard.TryAcquire(out DbGuardLease _));
                for (int i = 0; i < thrown; i++) harness.Reject();
            });
            harness.Pass(TimeSpan.FromSeconds(1));
        }

        harness.Pass(TimeSpan.FromSeconds(12));
        IEnumerable<string> sums = harness.Lines(EventIds.CallsRejected).Select(l => l.Message);
        Assert.Equal(1_000_000, harness.Guard.GetSnapshot().RejectedOpen);
        Assert.Single(harness.Lines(EventIds.CallRejected));
        Assert.Equal(3, sums.Count());
        // Callers that are rejected while the first line is being written are in a sum too: none is lost.
        Assert.Equal(1_000_000 - 1, sums.Sum(SumOf));
    }

    [Fact]
    public async Task Those_who_are_rejected_at_the_same_time_as_the_first_are_in_the_sum()
    {
        const int callers = 4;
        using var together = new Barrier(callers);
        using var meeting = new MeetingLoggers(together);
        GuardHarness harness = new();
        harness.Guard.Isolate("test");
        harness.Registry.UseLogging(LoggerFactory.Create(l => l.AddProvider(meeting)));

        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Factory.StartNew(
            harness.Reject, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
        harness.Pass(TimeSpan.FromSeconds(11));

        string sum = Assert.Single(meeting.Lines, line => line.Id == EventIds.CallsRejected).Text;
        Assert.Equal(callers - 1, SumOf(sum));
    }

    [Fact]
    public void What_was_rejected_while_nothing_was_logged_is_in_no_sum()
    {
        GuardHarness harness = new();
        harness.Registry.UseLogging(LoggerFactory.Create(static _ => { }));
        harness.Guard.Isolate("test");
        for (int i = 0; i < 5; i++) harness.Reject();
        FakeLogCollector late = new();
        harness.Registry.UseLogging(LoggerFactory.Create(l => l.AddProvider(new FakeLoggerProvider(late))));

        for (int i = 0; i < 3; i++) harness.Reject();
        harness.Pass(TimeSpan.FromSeconds(11));

        Assert.Equal(
            2, SumOf(Assert.Single(late.GetSnapshot(), line => line.Id.Id == EventIds.CallsRejected).Message));
    }

    [Fact]
    public void After_a_quiet_time_the_next_rejection_is_a_line_at_once()
    {
        GuardHarness harness = new(o => o.BreakDuration = TimeSpan.FromMinutes(1));
        harness.Open();
        harness.Reject();
        harness.Pass(TimeSpan.FromSeconds(21));

        harness.Reject();

        Assert.Equal(2, harness.Lines(EventIds.CallRejected).Count);
        Assert.Empty(harness.Lines(EventIds.CallsRejected));
    }

    [Fact]
    public void Observing_the_line_says_what_would_have_happened()
    {
        GuardHarness harness = new(o => o.Mode = DbGuardMode.Observe);
        harness.Open();

        for (int i = 0; i < 5; i++) harness.Guard.Acquire().Dispose();
        harness.Pass(TimeSpan.FromSeconds(11));

        Assert.Contains("observing only", harness.Lines(EventIds.CircuitOpened)[0].Message, StringComparison.Ordinal);
        Assert.Equal(
            ["would have rejected 1 calls", "would have rejected 4 calls"],
            harness.Lines(EventIds.CallsObserved).Select(l => l.Message.Split(": it ")[1].Split(" in ")[0]));
        Assert.Equal(5, harness.Guard.GetSnapshot().WouldHaveRejected);
        Assert.Equal(0, harness.Guard.Rejections);
    }

    [Fact]
    public void A_leaked_connection_is_logged_once_with_where_it_was_taken()
    {
        GuardHarness harness = new(o => o.LeakThreshold = TimeSpan.FromSeconds(3));

        DbGuardLease leaked = harness.Guard.Acquire();
        harness.Pass(TimeSpan.FromSeconds(10));

        AssertSays(
            harness, EventIds.ConnectionLeaked, nameof(A_leaked_connection_is_logged_once_with_where_it_was_taken));
        leaked.Dispose();
    }

    [Fact]
    public void A_fallback_is_logged_once_for_each_outage()
    {
        GuardHarness harness = new();
        harness.Open();

        for (int i = 0; i < 10; i++) harness.Guard.FallbackAnswered("replica");

        Assert.Single(harness.Lines(EventIds.FallbackBegan));
        Assert.Equal(10, harness.Guard.GetSnapshot().FallbackAnswers);
        Assert.True(harness.Guard.IsOnFallback);
        harness.Pass(TimeSpan.FromSeconds(6));
        Assert.Equal(CircuitState.HalfOpen, harness.Guard.State);
        harness.Guard.FallbackAnswered("replica");
        Assert.True(harness.Guard.IsOnFallback);
        harness.Guard.Reset();
        harness.Guard.FallbackAnswered("replica");
        Assert.False(harness.Guard.IsOnFallback);
        Assert.Single(harness.Lines(EventIds.FallbackBegan));

        harness.Open();
        Assert.False(harness.Guard.IsOnFallback);
        harness.Guard.FallbackAnswered("replica");
        Assert.Equal(2, harness.Lines(EventIds.FallbackBegan).Count);
    }

    [Fact]
    public void Loggers_that_come_late_hear_of_guards_that_were_there_before()
    {
        GuardHarness harness = new();
        FakeLogCollector late = new();

        harness.Registry.UseLogging(LoggerFactory.Create(
            l => l.AddProvider(new FakeLoggerProvider(late))));
        harness.Open();

        Assert.Contains(late.GetSnapshot(), line => line.Id.Id == EventIds.CircuitOpened);
    }

    [Fact]
    public void Event_ids_are_unique_and_each_is_in_use()
    {
        int[] ids = [.. typeof(EventIds).GetFields().Select(f => (int)f.GetRawConstantValue()!)];
        int[] used = [.. typeof(Log).GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .Select(m => m.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>()
            .Select(a => a.EventId)];

        Assert.Equal(ids.Order(), used.Order());
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    private static void AssertSays(GuardHarness harness, int eventId, string text) =>
        Assert.Contains(text, Assert.Single(harness.Lines(eventId)).Message, StringComparison.Ordinal);

    private static int SumOf(string line)
    {
        string[] words = line.Split(' ');
        return int.Parse(words[Array.IndexOf(words, "rejected") + 1]);
    }

    /// <summary>Lets nobody go on before all have asked whether warnings are logged, the first time.</summary>
    private sealed class MeetingLoggers(Barrier barrier) : ILoggerProvider, ILogger
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<(int Id, string Text)> _lines = [];
        private int _asked;

        public IReadOnlyCollection<(int Id, string Text)> Lines => _lines;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel)
        {
            bool meets = logLevel == LogLevel.Warning && Interlocked.Increment(ref _asked) <= barrier.ParticipantCount;
            if (meets) barrier.SignalAndWait(TimeSpan.FromSeconds(10));
            return true;
        }

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => _lines.Enqueue((eventId.Id, formatter(state, exception)));

        public void Dispose()
        {
        }
    }
}
