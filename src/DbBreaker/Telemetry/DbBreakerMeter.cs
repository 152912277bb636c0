using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using N = DbBreaker.Telemetry.DbBreakerTelemetry;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace DbBreaker.Telemetry;

/// <summary>
/// The meter of the process. What can be read when somebody asks is observed, so that it costs nothing otherwise; what
/// happens between two looks is recorded, behind a check whether anybody listens.
/// </summary>
internal static class DbBreakerMeter
{
    // OpenTelemetry's advice for durations of database calls, and beyond: callers may wait for minutes.
    private static readonly InstrumentAdvice<double> _seconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60],
    };

    private static readonly Meter _meter =
        new(N.MeterName, typeof(DbBreakerMeter).Assembly.GetName().Version?.ToString(3));

    // Weak: a registry that nobody uses any more, a test's say, is not kept for the sake of its numbers.
    private static ImmutableArray<WeakReference<DbGuardRegistry>> _registries = [];

    public static readonly Counter<long> Transitions = _meter.CreateCounter<long>(
        N.CircuitTransitions, "{transition}", "Changes of a circuit's state, with what caused them.");

    public static readonly Counter<long> Probes = _meter.CreateCounter<long>(
        N.Probes, "{probe}", "Probes that the guards sent on their own connections, by outcome.");

    public static readonly Counter<long> Leaks = _meter.CreateCounter<long>(
        N.Leaks, "{connection}", "Connections held longer than LeakThreshold.");

    public static readonly Counter<long> FallbackAnswers = _meter.CreateCounter<long>(
        N.FallbackAnswers, "{answer}", "Reads that a fallback answered, by source.");

    public static readonly Histogram<double> WaitTime = _meter.CreateHistogram(
        N.QueueWaitTime, "s", "How long callers waited for a permit, by how the wait ended.", advice: _seconds);

    public static readonly Histogram<double> HeldTime = _meter.CreateHistogram(
        N.PermitsHeldTime, "s", "How long permits were held.", advice: _seconds);

    public static readonly ObservableCounter<long> Operations = _meter.CreateObservableCounter(
        N.Operations, () => Observe(OperationsOf), "{operation}", "Operations by what they told of the server.");

    private static readonly string[] _states = ["closed", "open", "half_open", "isolated"];

    static DbBreakerMeter()
    {
        _meter.CreateObservableUpDownCounter(
            N.CircuitState, () => Observe(StatesOf), "{guard}", "1 for the state a circuit is in, 0 for the others.");
        _meter.CreateObservableCounter(
            N.Rejections, () => Observe(RejectionsOf), "{rejection}", "Calls that were rejected, by cause.");
        _meter.CreateObservableCounter(
            N.ObservedRejections, () => Observe(static g => [Of(g, g.WouldHaveRejected)]), "{rejection}",
            "Calls that a guard in observe mode would have rejected.");
        _meter.CreateObservableUpDownCounter(
            N.PermitsInUse, () => Observe(static g => [Of(g, g.PermitsInUse)]), "{permit}", "Permits in use.");
        _meter.CreateObservableUpDownCounter(
            N.PermitsLimit, () => Observe(static g => [Of(g, g.EffectiveLimit)]), "{permit}",
            "Permits there are: fewer than configured while a recovery ramps up.");
        _meter.CreateObservableUpDownCounter(
            N.QueueLength, () => Observe(static g => [Of(g, g.WaitingCount)]), "{caller}", "Callers that wait.");
    }

    public static void Watch(DbGuardRegistry registry) => ImmutableInterlocked.Update(
        ref _registries,
        static (known, added) => known.RemoveAll(static w => !w.TryGetTarget(out _)).Add(added),
        new WeakReference<DbGuardRegistry>(registry));

    public static Tag Guard(DbGuard guard) => new(N.GuardTag, guard.Name);

    private static IEnumerable<Measurement<long>> Observe(Func<DbGuard, IEnumerable<Measurement<long>>> measure)
    {
        foreach (WeakReference<DbGuardRegistry> weak in _registries)
        {
            if (!weak.TryGetTarget(out DbGuardRegistry? registry)) continue;
            foreach (DbGuard guard in registry.EachGuard())
            {
                foreach (Measurement<long> measurement in measure(guard)) yield return measurement;
            }
        }
    }

    private static Measurement<long> Of(DbGuard guard, long value) => new(value, Guard(guard));

    private static IEnumerable<Measurement<long>> StatesOf(DbGuard guard)
    {
        int state = (int)guard.State;
        for (int i = 0; i < _states.Length; i++)
            yield return new(i == state ? 1 : 0, Guard(guard), new Tag(N.StateTag, _states[i]));
    }

    private static IEnumerable<Measurement<long>> OperationsOf(DbGuard guard)
    {
        for (int i = 0; i < OperationTally.Outcomes.Count; i++)
            yield return new(guard.Tally[i], Guard(guard), new Tag(N.OutcomeTag, OperationTally.Outcomes[i]));
    }

    private static IEnumerable<Measurement<long>> RejectionsOf(DbGuard guard) =>
    [
        new(guard.RejectedOpen, Guard(guard), new Tag(N.CauseTag, "open")),
        new(guard.RejectedSaturated, Guard(guard), new Tag(N.CauseTag, "saturated")),
    ];
}
