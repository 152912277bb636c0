using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace DbBreaker.Integration.Tests.Application;

/// <summary>An application on a guarded context, a fresh one for each request.</summary>
internal sealed class EfApp : GuardedApp
{
    private readonly string _connectionString;
    private readonly ServiceProvider _services;
    private readonly DbContextOptions<ItemContext> _options;

    public EfApp(string connectionString, Action<DbGuardOptions>? configure)
    {
        _connectionString = connectionString;
        _services = new ServiceCollection().AddSingleton(Registry).BuildServiceProvider();
        var builder = new DbContextOptionsBuilder<ItemContext>();
        builder.UseApplicationServiceProvider(_services).UseNpgsql(connectionString)
            .AddCircuitBreaker(configure ?? (static _ => { }));
        _options = builder.Options;
        using var context = new ItemContext(_options);
        Guard = context.Database.GetGuard();
    }

    public override string Seam => "EF Core";

    public override DbGuard Guard { get; }

    public override async Task QueryAsync(string sql, CancellationToken token)
    {
        await using var context = new ItemContext(_options);
        await context.Database.SqlQueryRaw<int>(sql).ToListAsync(token);
    }

    public override void Query(string sql)
    {
        using var context = new ItemContext(_options);
        _ = context.Database.SqlQueryRaw<int>(sql).ToList();
    }

    public override async Task ExecuteAsync(string sql, CancellationToken token)
    {
        await using var context = new ItemContext(_options);
        await context.Database.ExecuteSqlRawAsync(sql, token);
    }

    public override async Task InsertAsync(int id, CancellationToken token)
    {
        await using var context = new ItemContext(_options);
        context.Add(new Item { Id = id });
        await context.SaveChangesAsync(token);
    }

    public override async Task TransactAsync(
        IsolationLevel isolation, Func<Func<string, Task>, Task> work, CancellationToken token)
    {
        await using var context = new ItemContext(_options);
        await using IDbContextTransaction transaction =
            await context.Database.BeginTransactionAsync(isolation, token);
        await work(sql => context.Database.ExecuteSqlRawAsync(sql, token));
        await transaction.CommitAsync(token);
    }

    public override ValueTask DisposeAsync()
    {
        // The pool belongs to the string and outlives the context; the server's places are few.
        using var connection = new NpgsqlConnection(_connectionString);
        NpgsqlConnection.ClearPool(connection);
        return _services.DisposeAsync();
    }
}
