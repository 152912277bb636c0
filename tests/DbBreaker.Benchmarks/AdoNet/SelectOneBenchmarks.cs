using System.Data.Common;
using BenchmarkDotNet.Attributes;

namespace DbBreaker.Benchmarks.AdoNet;

/// <summary>Open, <c>SELECT 1</c>, close, on one driver. Target: 1.02 times the plain one.</summary>
public abstract class SelectOneBenchmarks
{
    private DbDataSource _plain = null!;
    private GuardedDbDataSource _guarded = null!;

    [GlobalSetup]
    public void Start()
    {
        _plain = CreateSource();
        _guarded = CreateSource().WithCircuitBreaker();
    }

    [Benchmark(Baseline = true)]
    public Task<object?> Plain() => Ask(_plain);

    [Benchmark]
    public Task<object?> Guarded() => Ask(_guarded);

    [GlobalCleanup]
    public virtual void Stop()
    {
        _plain.Dispose();
        _guarded.Dispose();
    }

    /// <summary>A data source of the driver; called twice.</summary>
    protected abstract DbDataSource CreateSource();

    private static async Task<object?> Ask(DbDataSource source)
    {
        await using DbConnection connection = await source.OpenConnectionAsync();
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = "SELECT 1";
        return await command.ExecuteScalarAsync();
    }
}
