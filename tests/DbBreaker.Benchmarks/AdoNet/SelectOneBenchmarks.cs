using System.Data.Common;
using BenchmarkDotNet.Attributes;
using Npgsql;

namespace DbBreaker.Benchmarks.AdoNet;

/// <summary>Open, <c>SELECT 1</c>, close. Target: 1.02 times the plain one.</summary>
public class SelectOneBenchmarks
{
    private NpgsqlDataSource _plain = null!;
    private GuardedDbDataSource _guarded = null!;

    [GlobalSetup]
    public void Start()
    {
        _plain = NpgsqlDataSource.Create(Server.ConnectionString);
        _guarded = NpgsqlDataSource.Create(Server.ConnectionString).WithCircuitBreaker();
    }

    [Benchmark(Baseline = true)]
    public Task<object?> Plain() => Ask(_plain);

    [Benchmark]
    public Task<object?> Guarded() => Ask(_guarded);

    [GlobalCleanup]
    public void Stop()
    {
        _plain.Dispose();
        _guarded.Dispose();
    }

    private static async Task<object?> Ask(DbDataSource source)
    {
        await using DbConnection connection = await source.OpenConnectionAsync();
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = "SELECT 1";
        return await command.ExecuteScalarAsync();
    }
}
