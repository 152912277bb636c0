using System.Globalization;
using Microsoft.Extensions.Time.Testing;

namespace DbBreaker.Tests;

/// <summary>A guard on a clock that stands still until a test moves it.</summary>
internal sealed class GuardBench
{
    /// <summary>The guard's tick with the default stall threshold.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);

    private readonly List<DbGuardTransition> _transitions = [];
    private int _draws;

    public GuardBench(
        Action<DbGuardOptions>? configure = null, bool probed = false, double random = 0, FakeServer? server = null)
    {
        var options = new DbGuardOptions();
        if (probed) options.Probe = Probe.Ask;
        configure?.Invoke(options);
        DbGuardOptionsValidator.Validate(options);
        GuardTarget? target = server is null ? null : FakeServerAdapter.TargetOf(server);
        Guard = new DbGuard("orders", options, Time, target, Draw, () => Backlog);
        double Draw()
        {
            Interlocked.Increment(ref _draws);
            return random;
        }

        Guard.Transitioned += (_, transition) =>
        {
            Emitted.Scan.Hear("transition", transition.Reason);
            lock (_transitions) _transitions.Add(transition);
        };
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public ScriptedProbe Probe { get; } = new();

    /// <summary>What waits in the thread pool, as the guard is told.</summary>
    public long Backlog { get; set; }

    public DbGuard Guard { get; }

    public DbGuardSnapshot Now => Guard.GetSnapshot();

    public IReadOnlyList<DbGuardTransition> Transitions
    {
        get
        {
            lock (_transitions) return [.. _transitions];
        }
    }

    public IEnumerable<CircuitState> States => Transitions.Select(static t => t.To);

    public static IOException Gone() => new("The server is gone.");

    /// <summary>Moves the clock tick by tick, so that the guard is always attended.</summary>
    public void Advance(TimeSpan time)
    {
        for (; time > Tick; time -= Tick) Time.Advance(Tick);
        Time.Advance(time);
    }

    public void AdvanceMs(int milliseconds) => Advance(TimeSpan.FromMilliseconds(milliseconds));

    public void Succeed(int count = 1)
    {
        for (int i = 0; i < count; i++)
        {
            using DbGuardLease lease = Guard.Acquire();
            lease.ReportSuccess();
        }
    }

    public void Fail(int count = 1)
    {
        for (int i = 0; i < count; i++)
        {
            using DbGuardLease lease = Guard.Acquire();
            lease.ReportFailure(Gone(), DbPhase.Executing);
        }
    }

    /// <summary>
    /// Plays a script of words: S, F, I (no report), C (cancelled), A (an error the server answered) are calls, with
    /// <c>*n</c> for n of them; L5000 a success that takes so many milliseconds; +500 moves the clock; x is a call that
    /// is rejected; =Open is what the state is then.
    /// </summary>
    public void Play(string script)
    {
        foreach (string word in script.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            switch (word[0])
            {
                case '+': AdvanceMs(Number(word)); break;
                case '=': Assert.Equal(Enum.Parse<CircuitState>(word[1..]), Guard.State); break;
                case 'x': Assert.Throws<DbCircuitOpenException>(() => Guard.Acquire()); break;
                case 'L': SucceedSlowly(Number(word)); break;
                default:
                    int times = word.Length > 1 ? int.Parse(word[2..], CultureInfo.InvariantCulture) : 1;
                    for (int i = 0; i < times; i++) Play(word[0]);
                    break;
            }
        }
    }

    /// <summary>Opens the circuit by failures.</summary>
    public void Break()
    {
        for (int i = 0; i < 1_000 && Guard.State == CircuitState.Closed; i++) Fail();
        Assert.Equal(CircuitState.Open, Guard.State);
    }

    /// <summary>Moves the clock until a condition holds.</summary>
    public void AdvanceUntil(Func<bool> condition, TimeSpan atMost)
    {
        for (TimeSpan moved = TimeSpan.Zero; moved < atMost && !condition(); moved += Tick) Time.Advance(Tick);
        Assert.True(condition(), $"Not within {atMost} of the guard's time.");
    }

    /// <summary>Moves the clock until something that other threads do has happened.</summary>
    public void AdvanceWhileOthersRun(Func<bool> condition)
    {
        for (int i = 0; i < 5_000 && !condition(); i++)
        {
            Time.Advance(Tick);
            SpinWait.SpinUntil(condition, TimeSpan.FromMilliseconds(2));
        }

        Assert.True(condition());
    }

    public void AdvanceUntil(CircuitState state, TimeSpan? atMost = null) =>
        AdvanceUntil(() => Guard.State == state, atMost ?? TimeSpan.FromMinutes(2));

    /// <summary>Lets the guard notice that a permit holder stalls, and ask.</summary>
    public void AdvanceToProbe(int number = 1)
    {
        for (int i = 0; i < 5_000 && Probe.Calls < number; i++)
        {
            int draws = Volatile.Read(ref _draws), calls = Probe.Calls;
            Time.Advance(Tick);
            // A probe that is sent draws its jitter, and starts on another thread: real time, not the guard's, has to
            // pass.
            if (Volatile.Read(ref _draws) != draws)
                SpinWait.SpinUntil(() => Probe.Calls > calls, TimeSpan.FromSeconds(5));
        }

        Probe.WaitForCall(number);
    }

    private static int Number(string word) => int.Parse(word.AsSpan(1), CultureInfo.InvariantCulture);

    private void SucceedSlowly(int milliseconds)
    {
        using DbGuardLease lease = Guard.Acquire();
        AdvanceMs(milliseconds);
        lease.ReportSuccess();
    }

    private void Play(char call)
    {
        using DbGuardLease lease = Guard.Acquire();
        switch (call)
        {
            case 'S': lease.ReportSuccess(); break;
            case 'F': lease.ReportFailure(Gone(), DbPhase.Executing); break;
            case 'A': lease.ReportFailure(new Failures.FakeDbException("23505"), DbPhase.Executing); break;
            case 'C': lease.ReportFailure(new OperationCanceledException(), DbPhase.Executing); break;
            case 'I': break;
            default: throw new ArgumentOutOfRangeException(nameof(call), call, "One of S, F, A, C, I.");
        }
    }
}
