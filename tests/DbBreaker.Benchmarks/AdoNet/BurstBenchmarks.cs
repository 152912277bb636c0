using System.Data.Common;
using BenchmarkDotNet.Attributes;
using Npgsql;

namespace DbBreaker.Benchmarks.AdoNet;

/// <summary>A thousand callers at once on a pool of 20, each with a query of 10 ms. Targets: nobody is rejected (that
/// would end the run), and 1.05 times the plain time.</summary>
public class BurstBenchmarks
{
    private const int Callers = 1_000;
    private NpgsqlDataSource _plain = null!;
    private GuardedDbDataSource _guarded = null!;

    [GlobalSetup]
    public void Start()
    {
        _plain = NpgsqlDataSource.Create(Server.ConnectionString + ";Maximum Pool Size=20");
        _guarded = _plain.WithCircuitBreaker();
    }

    [Benchmark(Baseline = true)]
    public Task Plain() => Burst(_plain);

    [Benchmark]
    public Task Guarded() => Burst(_guarded);

    [GlobalCleanup]
    public void Stop() => _guarded.Dispose();

    private static Task Burst(DbDataSource source) =>
        Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Ask(source)));

    private static async Task Ask(DbDataSource source)
    {
        await using DbConnection connection = await source.OpenConnectionAsync();
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = "SELECT pg_sleep(0.01)";
        await command.ExecuteScalarAsync();
    }
}
