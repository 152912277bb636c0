using DbBreaker.CircuitBreaker;

namespace DbBreaker.Tests.CircuitBreaker;

public sealed class ClosedStateTests
{
    private static readonly Exception _gone = GuardBench.Gone();

    [Fact]
    public void Below_the_minimum_throughput_the_ratio_says_nothing()
    {
        Circuit circuit = Make(new DbGuardOptions());
        for (int i = 0; i < 19; i++) Assert.Null(circuit.Fail(circuit.Generation, 1, _gone));
        Assert.Equal(CircuitState.Closed, circuit.State);
        Assert.NotNull(circuit.Fail(circuit.Generation, 1, _gone));
    }

    [Fact]
    public void Failures_that_left_the_window_do_not_count()
    {
        Circuit circuit = Make(new DbGuardOptions());
        for (int i = 0; i < 19; i++) circuit.Fail(circuit.Generation, 1, _gone);
        Assert.Null(circuit.Fail(circuit.Generation, TimeSpan.FromSeconds(11).Ticks, _gone));
    }

    [Fact]
    public void A_success_ends_a_row_of_failures()
    {
        Circuit circuit = Make(new DbGuardOptions());
        circuit.Fail(circuit.Generation, 1, _gone);
        circuit.Fail(circuit.Generation, 1, _gone);
        Assert.Equal(2, circuit.ConsecutiveFailures);
        circuit.Succeed(circuit.Generation, 1);
        Assert.Equal(0, circuit.ConsecutiveFailures);
    }

    [Fact]
    public void The_change_tells_the_window_the_break_and_the_failure_that_decided()
    {
        Circuit circuit = Make(new DbGuardOptions { MinimumThroughput = 4 });
        circuit.Succeed(circuit.Generation, 1);
        circuit.Succeed(circuit.Generation, 1);
        circuit.Fail(circuit.Generation, 1, _gone);
        CircuitChange? change = circuit.Fail(circuit.Generation, 1, _gone);

        Assert.NotNull(change);
        Assert.Equal(new WindowCounts(4, 2), change.Window);
        Assert.Equal((CircuitState.Closed, CircuitState.Open), (change.From, change.To));
        Assert.Equal(DbTransitionCause.FailureRatio, change.Cause);
        Assert.Equal(TimeSpan.FromSeconds(5), change.Break);
        Assert.Same(_gone, change.Failure);
    }

    [Fact]
    public void A_reset_of_a_closed_circuit_is_no_transition()
    {
        Circuit circuit = Make(new DbGuardOptions());
        Assert.Null(circuit.Reset(1));
    }

    [Fact]
    public void A_window_of_another_length_starts_empty_and_the_same_length_keeps_its_counts()
    {
        var options = new DbGuardOptions();
        Circuit circuit = Make(options);
        circuit.Succeed(circuit.Generation, 1);
        circuit.Reconfigure(CircuitSettings.From(new DbGuardOptions { FailureRatio = 0.9 }));
        Assert.Equal(1, circuit.Counts(1).Total);
        circuit.Reconfigure(CircuitSettings.From(new DbGuardOptions { SamplingDuration = TimeSpan.FromSeconds(30) }));
        Assert.Equal(0, circuit.Counts(1).Total);
    }

    [Fact]
    public void Slow_calls_count_from_the_moment_they_are_configured_to()
    {
        var options = new DbGuardOptions { MinimumThroughput = 2 };
        Circuit circuit = Make(options);
        for (int i = 0; i < 5; i++) Assert.Null(circuit.Succeed(circuit.Generation, 1, slow: true));
        options.SlowCallThreshold = TimeSpan.FromSeconds(1);
        circuit.Reconfigure(CircuitSettings.From(options));
        Assert.Null(circuit.Succeed(circuit.Generation, 1, slow: true));
        Assert.Equal(DbTransitionCause.SlowCallRatio, circuit.Succeed(circuit.Generation, 1, slow: true)?.Cause);
    }

    private static Circuit Make(DbGuardOptions options) => new(CircuitSettings.From(options), () => 0);
}
