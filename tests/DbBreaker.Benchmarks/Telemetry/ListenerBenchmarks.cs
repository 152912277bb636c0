using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;
using DbBreaker.Telemetry;

namespace DbBreaker.Benchmarks.Telemetry;

/// <summary>A call on a closed circuit, with and without somebody who listens to the meter. Target: 0 bytes either way,
/// and at most 100 ns for the listener.</summary>
public class ListenerBenchmarks
{
    private readonly DbGuard _guard = new DbGuardRegistry().GetOrAdd("telemetry");
    private MeterListener? _listener;
    private double _sum;

    [Params(false, true)]
    public bool Listening { get; set; }

    [GlobalSetup]
    public void Listen()
    {
        if (!Listening) return;
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
}
