using BenchmarkDotNet.Attributes;

namespace DbBreaker.Benchmarks.Guard;

/// <summary>Asking an open circuit. Target: 20 ns, 0 bytes.</summary>
public class OpenBenchmarks
{
    private readonly DbGuard _guard = new DbGuardRegistry().GetOrAdd("open");

    [GlobalSetup]
    public void Open() => _guard.Isolate("benchmark");

    [Benchmark]
    public bool TryAcquire() => _guard.TryAcquire(out _);
}
