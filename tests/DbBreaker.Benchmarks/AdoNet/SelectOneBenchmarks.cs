using System.Data.Common;
using BenchmarkDotNet.Attributes;
using DbBreaker.TestKit.Profiled;

namespace DbBreaker.Benchmarks.AdoNet;

/// <summary>Open, <c>SELECT 1</c>, close, on one driver. Target: 1.02 times the plain one. All take turns on one pooled
/// connection, because two connections to one server differ by more than that.</summary>
public abstract class SelectOneBenchmarks
{
    private DbDataSource _plain = null!;
    private GuardedDbDataSource _guarded = null!;

    [GlobalSetup]
    public void Start()
    {
        _plain = CreateSource();
        _guarded = _plain.WithCircuitBreaker();
    }

    [Benchmark(Baseline = true)]
    public Task<object?> Plain() => Ask(_plain);

    /// <summary>The plain one once more: how far two equal things are apart here.</summary>
    [Benchmark]
    public Task<object?> Control() => Ask(_plain);

    /// <summary>A profiler's wrapper, which only forwards: what any wrapper costs before it does anything.</summary>
    [Benchmark]
    public async Task<object?> Forwarded()
    {
        await using DbConnection connection = new ProfiledConnection(_plain.CreateConnection());
        await connection.OpenAsync();
        return await Ask(connection);
    }

    [Benchmark]
    public Task<object?> Guarded() => Ask(_guarded);

    [GlobalCleanup]
    public virtual void Stop() => _guarded.Dispose();

    /// <summary>A data source of the driver.</summary>
    protected abstract DbDataSource CreateSource();

    private static async Task<object?> Ask(DbDataSource source)
    {
        await using DbConnection connection = await source.OpenConnectionAsync();
        return await Ask(connection);
    }

    private static async Task<object?> Ask(DbConnection connection)
    {
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = "SELECT 1";
        return await command.ExecuteScalarAsync();
    }
}
