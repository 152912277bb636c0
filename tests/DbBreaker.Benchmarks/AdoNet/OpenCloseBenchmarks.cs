using System.Data.Common;
using BenchmarkDotNet.Attributes;
using Npgsql;

namespace DbBreaker.Benchmarks.AdoNet;

/// <summary>Opening and closing from a warm pool. Target: 1.5 times the plain one and 200 bytes more.</summary>
public class OpenCloseBenchmarks
{
    private NpgsqlDataSource _plain = null!;
    private GuardedDbDataSource _guarded = null!;

    [GlobalSetup]
    public void Start()
    {
        _plain = NpgsqlDataSource.Create(Server.ConnectionString);
        _guarded = _plain.WithCircuitBreaker();
    }

    [Benchmark(Baseline = true)]
    public void Plain()
    {
        using DbConnection connection = _plain.OpenConnection();
    }

    [Benchmark]
    public void Guarded()
    {
        using DbConnection connection = _guarded.OpenConnection();
    }

    [Benchmark]
    public async Task PlainAsync()
    {
        await using DbConnection connection = await _plain.OpenConnectionAsync();
    }

    [Benchmark]
    public async Task GuardedAsync()
    {
        await using DbConnection connection = await _guarded.OpenConnectionAsync();
    }

    [GlobalCleanup]
    public void Stop() => _guarded.Dispose();
}
