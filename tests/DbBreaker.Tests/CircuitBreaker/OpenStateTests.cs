using DbBreaker.CircuitBreaker;

namespace DbBreaker.Tests.CircuitBreaker;

public sealed class OpenStateTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Failures_and_successes_that_arrive_change_nothing(bool isolated)
    {
        Circuit circuit = MakeOpen(new DbGuardOptions());
        if (isolated) circuit.Isolate(2);
        CircuitState state = circuit.State;
        long until = circuit.BreakUntil;

        Assert.Null(circuit.Fail(circuit.Generation, 3, GuardBench.Gone()));
        Assert.Null(circuit.Succeed(circuit.Generation, 3));
        Assert.Null(circuit.Open(circuit.Generation, 3, DbTransitionCause.ProbeUnanswered, null));

        Assert.Equal((state, until), (circuit.State, circuit.BreakUntil));
        Assert.Equal(0, circuit.Counts(3).Marked);
    }

    [Fact]
    public void A_break_without_end_does_not_overflow()
    {
        CircuitSettings settings = CircuitSettings.From(new DbGuardOptions())
            with { BreakDuration = TimeSpan.MaxValue, MaxBreakDuration = TimeSpan.MaxValue };
        var circuit = new Circuit(settings, () => 0);
        circuit.Open(circuit.Generation, 1_000, DbTransitionCause.FailureRatio, null);
        Assert.Equal(long.MaxValue, circuit.BreakUntil);
    }

    [Fact]
    public void Only_an_open_circuit_lets_trials_through()
    {
        Circuit circuit = MakeOpen(new DbGuardOptions());
        Assert.NotNull(circuit.HalfOpen(2, DbTransitionCause.ProbeAnswered));
        Assert.Null(circuit.HalfOpen(3, DbTransitionCause.ProbeAnswered));
        circuit.Isolate(4);
        Assert.Null(circuit.HalfOpen(5, DbTransitionCause.ProbeAnswered));
        circuit.Reset(6);
        Assert.Null(circuit.HalfOpen(7, DbTransitionCause.ProbeAnswered));
    }

    [Fact]
    public void Every_transition_makes_a_new_generation()
    {
        Circuit circuit = MakeOpen(new DbGuardOptions { SuccessesToClose = 1 });
        var generations = new List<long> { circuit.Generation };
        circuit.HalfOpen(2, DbTransitionCause.ProbeAnswered);
        generations.Add(circuit.Generation);
        circuit.Succeed(circuit.Generation, 3);
        generations.Add(circuit.Generation);
        circuit.Isolate(4);
        generations.Add(circuit.Generation);
        circuit.Reset(5);
        generations.Add(circuit.Generation);
        Assert.Equal(5, generations.Distinct().Count());
    }

    [Fact]
    public void An_isolated_circuit_is_isolated_once_and_left_by_reset_only()
    {
        Circuit circuit = MakeOpen(new DbGuardOptions());
        Assert.NotNull(circuit.Isolate(2));
        Assert.Null(circuit.Isolate(3));
        Assert.Equal(CircuitState.Closed, circuit.Reset(4)?.To);
    }

    [Fact]
    public void A_circuit_that_closed_begins_with_an_empty_window()
    {
        var options = new DbGuardOptions { MinimumThroughput = 2, SuccessesToClose = 1 };
        var circuit = new Circuit(CircuitSettings.From(options), () => 0);
        circuit.Fail(circuit.Generation, 1, null);
        circuit.Fail(circuit.Generation, 1, null);
        circuit.HalfOpen(2, DbTransitionCause.ProbeAnswered);
        circuit.Succeed(circuit.Generation, 3);

        Assert.Equal(new WindowCounts(0, 0), circuit.Counts(3));
        Assert.Equal(0, circuit.ConsecutiveFailures);
    }

    private static Circuit MakeOpen(DbGuardOptions options)
    {
        var circuit = new Circuit(CircuitSettings.From(options), () => 0);
        circuit.Open(circuit.Generation, 1, DbTransitionCause.ProbeUnanswered, null);
        return circuit;
    }
}
