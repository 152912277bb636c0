using BenchmarkDotNet.Attributes;
using Polly;
using Polly.CircuitBreaker;

namespace DbBreaker.Benchmarks.Guard;

/// <summary>Entering and leaving a closed circuit, one caller. Target: 40 ns, 0 bytes, a quarter of Polly's.</summary>
public class ClosedBenchmarks
{
    private readonly DbGuard _guard = new DbGuardRegistry().GetOrAdd("closed");
    private readonly ResiliencePipeline _polly = PollyBreaker.Create();

    [Benchmark(Baseline = true)]
    public int Polly() => _polly.Execute(static () => 1);

    [Benchmark]
    public bool DbBreaker()
    {
        using DbGuardLease lease = _guard.Acquire();
        lease.ReportSuccess();
        return lease.IsHeld;
    }
}
