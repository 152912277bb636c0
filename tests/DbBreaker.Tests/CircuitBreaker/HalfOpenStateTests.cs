using DbBreaker.CircuitBreaker;

namespace DbBreaker.Tests.CircuitBreaker;

public sealed class HalfOpenStateTests
{
    [Fact]
    public void Enough_successes_close_and_one_fewer_does_not()
    {
        Circuit circuit = Make(new DbGuardOptions());
        Assert.Null(circuit.Succeed(circuit.Generation, 3));
        Assert.Null(circuit.Succeed(circuit.Generation, 3));
        Assert.Equal(DbTransitionCause.TrialsSucceeded, circuit.Succeed(circuit.Generation, 3)?.Cause);
    }

    [Fact]
    public void Successes_of_one_recovery_do_not_count_for_the_next()
    {
        Circuit circuit = Make(new DbGuardOptions());
        circuit.Succeed(circuit.Generation, 3);
        circuit.Succeed(circuit.Generation, 3);
        circuit.Fail(circuit.Generation, 3, null);
        circuit.HalfOpen(4, DbTransitionCause.ProbeAnswered);
        Assert.Null(circuit.Succeed(circuit.Generation, 5));
        Assert.Equal(CircuitState.HalfOpen, circuit.State);
    }

    [Fact]
    public void A_failed_trial_makes_the_break_longer_and_marks_it_as_flapping()
    {
        Circuit circuit = Make(new DbGuardOptions());
        CircuitChange? change = circuit.Fail(circuit.Generation, 3, null);
        Assert.Equal(TimeSpan.FromSeconds(10), change?.Break);
        Assert.True(circuit.IsFlapping);
    }

    [Fact]
    public void A_slow_trial_reopens_where_slow_calls_count()
    {
        Circuit circuit = Make(new DbGuardOptions { SlowCallThreshold = TimeSpan.FromSeconds(1) });
        Assert.Equal(DbTransitionCause.TrialFailed, circuit.Succeed(circuit.Generation, 3, slow: true)?.Cause);
        Assert.Equal(CircuitState.Open, circuit.State);
    }

    [Fact]
    public void Results_of_an_earlier_generation_decide_nothing()
    {
        var circuit = new Circuit(CircuitSettings.From(new DbGuardOptions { SuccessesToClose = 1 }), () => 0);
        long old = circuit.Generation;
        circuit.Open(old, 1, DbTransitionCause.ProbeUnanswered, null);
        circuit.HalfOpen(2, DbTransitionCause.ProbeAnswered);
        Assert.Null(circuit.Succeed(old, 3));
        Assert.Null(circuit.Fail(old, 3, null));
        Assert.Equal(CircuitState.HalfOpen, circuit.State);
    }

    [Fact]
    public void A_flap_grows_on_and_a_lasting_close_starts_over()
    {
        var options = new DbGuardOptions { SuccessesToClose = 1, MaxBreakDuration = TimeSpan.FromSeconds(60) };
        Circuit circuit = Make(options);
        circuit.Fail(circuit.Generation, 3, null);
        circuit.HalfOpen(4, DbTransitionCause.ProbeAnswered);
        circuit.Succeed(circuit.Generation, 5);
        CircuitChange? soon = circuit.Open(circuit.Generation, 6, DbTransitionCause.ProbeUnanswered, null);
        circuit.HalfOpen(7, DbTransitionCause.ProbeAnswered);
        circuit.Succeed(circuit.Generation, 8);
        CircuitChange? late = circuit.Open(
            circuit.Generation, 8 + TimeSpan.FromSeconds(60).Ticks, DbTransitionCause.ProbeUnanswered, null);

        Assert.Equal(TimeSpan.FromSeconds(10), soon?.Break);
        Assert.Equal(TimeSpan.FromSeconds(5), late?.Break);
        Assert.False(circuit.IsFlapping);
    }

    private static Circuit Make(DbGuardOptions options)
    {
        var circuit = new Circuit(CircuitSettings.From(options), () => 0);
        circuit.Open(circuit.Generation, 1, DbTransitionCause.ProbeUnanswered, null);
        circuit.HalfOpen(2, DbTransitionCause.ProbeAnswered);
        return circuit;
    }
}
