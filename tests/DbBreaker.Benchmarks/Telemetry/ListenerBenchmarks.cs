using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;
using DbBreaker.Telemetry;

namespace DbBreaker.Benchmarks.Telemetry;

/// <summary>
/// A call on a closed circuit, heard by nobody, by the live page, and by a listener of the meter; beside it what the
/// call asks to find out that nobody listens. Targets: 0 bytes everywhere, at most 10 ns for asking, at most 100 ns
/// more for the listener than for nobody.
/// </summary>
public class ListenerBenchmarks
{
    private readonly DbGuard _guard = new DbGuardRegistry().GetOrAdd("telemetry");
    private MeterListener? _listener;
    private double _sum;

    /// <summary>Who hears of the call.</summary>
    public enum Audience
    {
        /// <summary>Telemetry is off.</summary>
        Nobody,

        /// <summary>The page counts successes.</summary>
        Page,

        /// <summary>Every instrument has a listener.</summary>
        Meter,
    }

    [ParamsAllValues]
    public Audience Listening { get; set; }

    [GlobalSetup]
    public void Listen()
    {
        if (Listening == Audience.Page) _guard.Count();
        if (Listening != Audience.Meter) return;
        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == DbBreakerTelemetry.MeterName) listener.EnableMeasurementEvents(instrument);
            },
        };
        _listener.SetMeasurementEventCallback<double>((_, value, _, _) => _sum += value);
        _listener.SetMeasurementEventCallback<long>((_, value, _, _) => _sum += value);
        _listener.Start();
    }

    [GlobalCleanup]
    public void Leave() => _listener?.Dispose();

    [Benchmark]
    public double Call()
    {
        using DbGuardLease lease = _guard.Acquire();
        lease.ReportSuccess();
        return _sum;
    }

    // What Hold and CountSuccess ask; both instruments are asked when the first has no listener.
    [Benchmark]
    public bool AskWhoListens() => DbBreakerMeter.HeldTime.Enabled | DbBreakerMeter.Operations.Enabled;
}
