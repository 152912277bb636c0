using BenchmarkDotNet.Attributes;
using Polly;

namespace DbBreaker.Benchmarks.Guard;

/// <summary>Two threads on one closed circuit; the figure is per call of one thread. Target: 0.4 of Polly's.</summary>
public class TwoThreadsBenchmarks
{
    private const int Calls = 1_000_000;
    private readonly DbGuard _guard = new DbGuardRegistry().GetOrAdd("two threads");
    private readonly ResiliencePipeline _polly = PollyBreaker.Create();

    [Benchmark(Baseline = true, OperationsPerInvoke = Calls)]
    public void Polly() => OnTwoThreads(() => _polly.Execute(static () => 1));

    [Benchmark(OperationsPerInvoke = Calls)]
    public void DbBreaker() => OnTwoThreads(() =>
    {
        using DbGuardLease lease = _guard.Acquire();
        lease.ReportSuccess();
    });

    private static void OnTwoThreads(Action call)
    {
        var other = new Thread(() => Repeat(call));
        other.Start();
        Repeat(call);
        other.Join();
    }

    private static void Repeat(Action call)
    {
        for (int i = 0; i < Calls; i++) call();
    }
}
