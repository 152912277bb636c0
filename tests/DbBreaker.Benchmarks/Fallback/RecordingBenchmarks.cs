using System.Data.Common;
using BenchmarkDotNet.Attributes;
using Npgsql;

namespace DbBreaker.Benchmarks.Fallback;

/// <summary>A query of 100 rows: guarded, with a cache that the query does not ask for, and recorded each time and once
/// a second. Targets: 1.00 and 1.05 times the guarded one. All take turns on one pooled connection.</summary>
[MemoryDiagnoser]
public class RecordingBenchmarks
{
    private GuardedDbDataSource _guarded = null!;
    private GuardedDbDataSource _caching = null!;
    private GuardedDbDataSource _refreshing = null!;

    [GlobalSetup]
    public void Start()
    {
        NpgsqlDataSource source = NpgsqlDataSource.Create(Server.ConnectionString);
        _guarded = source.WithCircuitBreaker("guarded");
        _caching = source.WithCircuitBreaker("caching", static guard => guard.FallbackToCache());
        _refreshing = source.WithCircuitBreaker("refreshing", static guard => guard.FallbackToCache(
            static cache => cache.RefreshInterval = TimeSpan.FromSeconds(1)));
    }

    [Benchmark(Baseline = true)]
    public Task<long> Guarded() => Ask(_guarded, isRecorded: false);

    [Benchmark]
    public Task<long> NotAsked() => Ask(_caching, isRecorded: false);

    [Benchmark]
    public Task<long> Recorded() => Ask(_caching, isRecorded: true);

    [Benchmark]
    public Task<long> RecordedOncePerSecond() => Ask(_refreshing, isRecorded: true);

    [GlobalCleanup]
    public void Stop()
    {
        _guarded.Dispose();
        _caching.Dispose();
        _refreshing.Dispose();
    }

    private static async Task<long> Ask(GuardedDbDataSource source, bool isRecorded)
    {
        await using DbConnection connection = await source.OpenConnectionAsync();
        await using DbCommand command = connection.CreateCommand();
        command.CommandText =
            "SELECT i, 'customer ' || i, i * 1.25, now(), i % 2 = 0 FROM generate_series(1, 100) AS i";
        if (isRecorded) command.WithFallbackCache(TimeSpan.FromMinutes(1));
        long sum = 0;
        await using DbDataReader reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            sum += reader.GetInt32(0) + reader.GetString(1).Length + (long)reader.GetDecimal(2)
                + reader.GetDateTime(3).Day + (reader.GetBoolean(4) ? 1 : 0);
        }

        return sum;
    }
}
