using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using DbBreaker.Telemetry;

namespace DbBreaker.Tests.Telemetry;

/// <summary>Listens to the meter for one guard, as an exporter would.</summary>
internal sealed class MeterReader : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly string _guard;

    public MeterReader(string guard)
    {
        _guard = guard;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name != DbBreakerTelemetry.MeterName) return;
            Instruments[instrument.Name] = instrument;
            listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Add(i, value, tags));
        _listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Add(i, value, tags));
        _listener.Start();
    }

    public ConcurrentDictionary<string, Instrument> Instruments { get; } = new();

    public ConcurrentQueue<(string Name, double Value, string Tags)> Measurements { get; } = new();

    /// <summary>Asks the observed instruments, and returns the values of one, by its tags but the guard's.</summary>
    public Dictionary<string, double> Observe(string name)
    {
        Measurements.Clear();
        _listener.RecordObservableInstruments();
        return Measurements.Where(m => m.Name == name).ToDictionary(m => m.Tags, m => m.Value);
    }

    public IEnumerable<(double Value, string Tags)> Recorded(string name) =>
        Measurements.Where(m => m.Name == name).Select(m => (m.Value, m.Tags));

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        List<string> others = [];
        bool isOurs = false;
        foreach ((string key, object? tag) in tags)
        {
            if (key == DbBreakerTelemetry.GuardTag) isOurs = tag as string == _guard;
            else others.Add($"{key}={tag}");
        }

        if (isOurs) Measurements.Enqueue((instrument.Name, value, string.Join(",", others)));
    }
}
