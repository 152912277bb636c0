using System.Data.Common;
using DbBreaker.TestKit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;

namespace DbBreaker.Integration.Tests.Fallback.Cache;

/// <summary>Rows in a real Redis, through what the application registered.</summary>
public sealed class RedisTests(StorePair pair, RedisFixture redis)
    : IClassFixture<StorePair>, IClassFixture<RedisFixture>
{
    private static readonly TimeSpan _minute = TimeSpan.FromMinutes(1), _patience = TimeSpan.FromSeconds(30);

    [Theory, InlineData(false), InlineData(true)]
    public async Task Rows_that_one_process_read_answer_in_another(bool hybrid)
    {
        string text = $"""SELECT *, {(hybrid ? 1 : 2)} AS which FROM "Orders" ORDER BY "Id" """;
        string plain;
        await using (ServiceProvider first = Process(hybrid))
        {
            DbGuard guard = await Find(first);
            using DbReadScope opted = DbReadScope.BeginWithFallbackCache(_minute);
            plain = await Rows(first, text);
            await Eventually.BecomesTrueAsync(
                () => guard.Fallbacks!.Cache!.PendingCount == 0, _patience, "all is stored", cancellationToken: Token);
        }

        await using ServiceProvider second = Process(hybrid);
        (await Find(second)).Isolate("the test");
        // Connecting may take longer than a read in an outage waits.
        await second.GetRequiredService<IDistributedCache>().GetAsync("anything", Token);
        using DbReadScope scope = DbReadScope.BeginWithFallbackCache(_minute);
        Assert.Equal(plain, await Rows(second, text));
        Assert.Equal(DbReadSource.Cache, scope.Latest?.Source);
        Assert.InRange(scope.Latest!.Age!.Value, TimeSpan.Zero, _minute);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_frozen_Redis_is_left_at_its_deadline(bool async)
    {
        await using RedisServer server = await RedisServer.StartAsync(Token);
        await using ServiceProvider services = new ServiceCollection()
            .AddStackExchangeRedisCache(o => o.Configuration = server.ConnectionString).BuildServiceProvider();
        await using Store store = StorePair.Guard(
            pair.Primary, o => o.FallbackToCache(services.GetRequiredService<IDistributedCache>()));
        using DbReadScope scope = DbReadScope.BeginWithFallbackCache(_minute);
        await using DbCommand command = store.Source.CreateCommand("SELECT 1");
        await command.ExecuteScalarAsync(Token);
        await Eventually.BecomesTrueAsync(
            () => store.Guard.Fallbacks!.Cache!.PendingCount == 0, _patience, "all is stored",
                cancellationToken: Token);
        store.Guard.Isolate("the test");
        Assert.Equal(1, await command.ExecuteScalarAsync(Token));
        await server.FreezeAsync(Token);
        var rejection = await Assert.ThrowsAsync<DbCircuitOpenException>(
            async () => _ = async ? await command.ExecuteScalarAsync(Token) : command.ExecuteScalar());
        Assert.Contains("cache did not answer in time", rejection.Message, StringComparison.Ordinal);
        Assert.IsType<TimeoutException>(Assert.Single(rejection.FallbackErrors));
        await server.ThawAsync(Token);
        await Eventually.BecomesTrueAsync(
            async token => await command.ExecuteScalarAsync(token) is 1, _patience, "Redis answers again",
                cancellationToken: Token);
    }

    private ServiceProvider Process(bool hybrid)
    {
        IServiceCollection services = new ServiceCollection().AddSingleton(new DbGuardRegistry()).AddDbBreaker()
            .AddStackExchangeRedisCache(o => o.Configuration = redis.ConnectionString)
            .AddDbContext<StoreContext>(o => o.UseNpgsql(pair.Primary).AddCircuitBreaker("orders", g =>
                g.FallbackToCache()));
        if (hybrid) services.AddHybridCache();
        return services.BuildServiceProvider();
    }

    private static async Task<DbGuard> Find(ServiceProvider services)
    {
        await using AsyncServiceScope scope = services.CreateAsyncScope();
        return scope.ServiceProvider.GetRequiredService<StoreContext>().Database.GetGuard();
    }

    private static async Task<string> Rows(ServiceProvider services, string text)
    {
        await using AsyncServiceScope scope = services.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<StoreContext>();
        return System.Text.Json.JsonSerializer.Serialize(await context.Orders.FromSqlRaw(text).ToListAsync(Token));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}

/// <summary>A Redis for tests that do not hurt it.</summary>
public sealed class RedisFixture : IAsyncLifetime
{
    private RedisServer? _server;

    public string ConnectionString => _server!.ConnectionString;

    public async ValueTask InitializeAsync() => _server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? default;
}
