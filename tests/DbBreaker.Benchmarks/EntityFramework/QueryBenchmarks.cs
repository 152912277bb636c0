using BenchmarkDotNet.Attributes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Npgsql;

namespace DbBreaker.Benchmarks.EntityFramework;

/// <summary>One query in EF Core, with fresh and with pooled contexts. Targets: 1.02 times the query with interceptors
/// that do nothing, 1.10 times the plain one. All take turns on one pooled connection.</summary>
public class QueryBenchmarks
{
    private readonly Dictionary<string, IDbContextFactory<ItemContext>> _factories = [];
    private NpgsqlDataSource _source = null!;

    /// <summary>Gets or sets whether contexts are pooled.</summary>
    [Params(false, true)]
    public bool Pooled { get; set; }

    [GlobalSetup]
    public void Start()
    {
        _source = NpgsqlDataSource.Create(Server.ConnectionString);
        Add("plain", options => options);
        Add("idle", options => options.AddInterceptors(new IdleInterceptor()));
        Add("guarded", options => options.AddCircuitBreaker());
        using ItemContext context = _factories["plain"].CreateDbContext();
        context.Database.EnsureCreated();
        if (context.Items.Any()) return;
        context.Items.AddRange(Enumerable.Range(1, 10).Select(i => new Item { Name = $"item {i}" }));
        context.SaveChanges();
    }

    [Benchmark(Baseline = true)]
    public Task<Item?> Plain() => Ask("plain");

    /// <summary>The plain one once more: how far two equal things are apart here.</summary>
    [Benchmark]
    public Task<Item?> Control() => Ask("plain");

    [Benchmark]
    public Task<Item?> IdleInterceptors() => Ask("idle");

    [Benchmark]
    public Task<Item?> Guarded() => Ask("guarded");

    [GlobalCleanup]
    public void Stop() => _source.Dispose();

    private async Task<Item?> Ask(string name)
    {
        await using ItemContext context = await _factories[name].CreateDbContextAsync();
        return await context.Items.AsNoTracking().FirstOrDefaultAsync(item => item.Id == 5);
    }

    private void Add(string name, Func<DbContextOptionsBuilder, DbContextOptionsBuilder> configure)
    {
        var builder = new DbContextOptionsBuilder<ItemContext>();
        configure(builder.UseNpgsql(_source));
        _factories[name] = Pooled
            ? new PooledDbContextFactory<ItemContext>(builder.Options)
            : new FreshFactory(builder.Options);
    }

    private sealed class FreshFactory(DbContextOptions<ItemContext> options) : IDbContextFactory<ItemContext>
    {
        public ItemContext CreateDbContext() => new(options);
    }
}
