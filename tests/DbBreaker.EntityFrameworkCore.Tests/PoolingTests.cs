using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace DbBreaker.EntityFrameworkCore.Tests;

/// <summary>Pooled contexts, factories, data sources: connections that outlive a context or are shared.</summary>
public sealed class PoolingTests(PostgresShop postgres) : IClassFixture<PostgresShop>
{
    private const int Leases = 50;

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_pooled_context_counts_each_query_and_each_break_once_however_often_it_was_leased(bool async)
    {
        Shop shop = Shop.On(postgres.Named(out string name));
        await using var contexts = new PooledFactory(shop);

        for (int i = 0; i < Leases; i++)
        {
            using ShopContext context = contexts.Create();
            await context.Items.Rows(async);
        }

        shop.AssertEvidence(Leases, failures: 0);
        using ShopContext last = contexts.Create();
        await last.Database.Open(async);
        await postgres.Server.TerminateBackendsAsync(name, TestContext.Current.CancellationToken);
        await Assert.ThrowsAnyAsync<Exception>(() => last.Items.Rows(async));
        shop.AssertEvidence(Leases + 1, failures: 1);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_pooled_context_returned_with_its_connection_open_gives_the_permit_back(bool async)
    {
        Shop shop = Shop.On(postgres.ConnectionString);
        await using var contexts = new PooledFactory(shop);

        for (int i = 0; i < 3; i++)
        {
            ShopContext context = contexts.Create();
            await context.Database.Open(async);
            await context.Items.Rows(async);
            await context.Dispose(async);
            shop.AssertNoPermitLeft();
        }

        shop.AssertEvidence(operations: 3, failures: 0);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_pooled_contexts_changed_string_does_not_lead_the_next_lease_to_a_wrong_guard(bool async)
    {
        Shop shop = Shop.On(postgres.ConnectionString);
        await using var contexts = new PooledFactory(shop);
        using (ShopContext context = contexts.Create())
        {
            await context.Items.Rows(async);
            context.Database.SetConnectionString(postgres.ConnectionString + ";Maximum Pool Size=7");
            await context.Items.Rows(async);
        }

        using ShopContext next = contexts.Create();
        Assert.Equal(2, shop.Registry.Guards.Count);
        // EF Core leaves the changed string on the pooled connection; the guard follows where the connection leads.
        Assert.Equal(7, next.Database.GetGuard().GetSnapshot().PermitLimit);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task AddDbContext_AddDbContextPool_and_factories_share_the_guard_of_their_container(bool async)
    {
        var registry = new DbGuardRegistry();
        void Configure(DbContextOptionsBuilder options) =>
            options.UseNpgsql(postgres.ConnectionString).AddCircuitBreaker();
        await using ServiceProvider scoped = new ServiceCollection().AddSingleton(registry)
            .AddDbContext<ShopContext>(Configure).BuildServiceProvider();
        await using ServiceProvider pooled = new ServiceCollection().AddSingleton(registry)
            .AddDbContextPool<ShopContext>(Configure).BuildServiceProvider();
        await using ServiceProvider factory = new ServiceCollection().AddSingleton(registry)
            .AddDbContextFactory<ShopContext>(Configure).BuildServiceProvider();

        foreach (ServiceProvider services in (ServiceProvider[])[scoped, pooled])
        {
            await using AsyncServiceScope scope = services.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<ShopContext>().Items.Rows(async);
        }

        using (ShopContext context = factory.GetRequiredService<IDbContextFactory<ShopContext>>().CreateDbContext())
        {
            await context.Items.Rows(async);
        }

        DbGuardSnapshot now = Assert.Single(registry.Guards).GetSnapshot();
        Assert.Equal((3, 0), (now.Operations, now.PermitsInUse));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_data_source_and_the_string_it_was_made_from_share_a_guard(bool async)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(postgres.ConnectionString);
        Shop shop = Shop.On(postgres.ConnectionString);
        using ShopContext byString = shop.Context();
        using ShopContext bySource = shop.Context(options => options.UseNpgsql(source));

        await byString.Items.Rows(async);
        await bySource.Items.Rows(async);

        shop.AssertEvidence(operations: 2, failures: 0);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task The_guard_stays_when_the_driver_drops_the_password_from_the_string(bool async)
    {
        Shop shop = Shop.On(postgres.ConnectionString);
        using ShopContext context = shop.Context();

        for (int i = 0; i < 3; i++) await context.Items.Rows(async);

        shop.AssertEvidence(operations: 3, failures: 0);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Two_contexts_on_one_connection_object_count_its_break_once(bool async)
    {
        await using var connection = new NpgsqlConnection(postgres.Named(out string name));
        Shop shop = Shop.On(connection);
        using ShopContext first = shop.Context();
        using ShopContext second = shop.Context();
        await first.Items.Rows(async);
        await second.Items.Rows(async);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await postgres.Server.TerminateBackendsAsync(name, TestContext.Current.CancellationToken);

        await Assert.ThrowsAnyAsync<Exception>(() => second.Items.Rows(async));

        shop.AssertEvidence(operations: 3, failures: 1);
    }

    /// <summary>A pool of one context, as EF Core's own factory keeps it.</summary>
    private sealed class PooledFactory(Shop shop) : IAsyncDisposable
    {
        private readonly PooledDbContextFactory<ShopContext> _contexts = new(shop.Options(), poolSize: 1);
        private readonly List<ShopContext> _leased = [];

        public ShopContext Create()
        {
            ShopContext context = _contexts.CreateDbContext();
            _leased.Add(context);
            return context;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (ShopContext context in _leased) await context.DisposeAsync();
        }
    }
}
