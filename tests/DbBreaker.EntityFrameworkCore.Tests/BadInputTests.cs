using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace DbBreaker.EntityFrameworkCore.Tests;

/// <summary>A clear error at the first call that can know it.</summary>
public sealed class BadInputTests
{
    private const string Nowhere = "Host=127.0.0.1;Port=1;Username=nobody;Password=unused;Database=none";

    [Fact]
    public void Null_and_empty_arguments_are_refused()
    {
        DbContextOptionsBuilder<ShopContext> options = new();

        Assert.Throws<ArgumentNullException>(() => ((DbContextOptionsBuilder)null!).AddCircuitBreaker());
        Assert.Throws<ArgumentNullException>(() => options.AddCircuitBreaker((Action<DbGuardOptions>)null!));
        Assert.Throws<ArgumentNullException>(() => options.AddCircuitBreaker("one", null!));
        Assert.Throws<ArgumentNullException>(() => options.AddCircuitBreaker((string)null!));
        Assert.Throws<ArgumentException>(() => options.AddCircuitBreaker(" "));
        Assert.Throws<ArgumentException>(() => new DbGuardInterceptor(""));
        Assert.Throws<ArgumentNullException>(() => new DbGuardInterceptor((Action<DbGuardOptions>)null!));
    }

    [Fact]
    public void An_option_out_of_range_is_refused_where_it_is_set()
    {
        DbContextOptionsBuilder options = new();

        var error = Assert.Throws<ArgumentException>(() => options.AddCircuitBreaker(guard => guard.FailureRatio = 2));

        Assert.Contains(nameof(DbGuardOptions.FailureRatio), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_names_are_refused_and_named()
    {
        DbContextOptionsBuilder options = new DbContextOptionsBuilder().AddCircuitBreaker("orders");

        var error = Assert.Throws<InvalidOperationException>(() => options.AddCircuitBreaker("billing"));

        Assert.Contains("'orders'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'billing'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_guarded_connection_is_refused_whichever_call_comes_first()
    {
        await using var connection = new NpgsqlConnection(Nowhere);
        await using GuardedDbConnection guarded = connection.WithCircuitBreaker();

        AssertPointsToAddCircuitBreaker(Assert.Throws<InvalidOperationException>(
            () => new DbContextOptionsBuilder().UseNpgsql(guarded).AddCircuitBreaker()));
        AssertPointsToAddCircuitBreaker(Assert.Throws<InvalidOperationException>(
            () => Use(new DbContextOptionsBuilder().AddCircuitBreaker().UseNpgsql(guarded))));
    }

    [Fact]
    public async Task A_guarded_data_source_is_refused_at_its_first_connection()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(Nowhere);
        await using GuardedDbDataSource guarded = source.WithCircuitBreaker();

        AssertPointsToAddCircuitBreaker(Assert.Throws<InvalidOperationException>(
            () => Use(new DbContextOptionsBuilder().UseNpgsql(guarded).AddCircuitBreaker())));
    }

    [Fact]
    public void An_internal_service_provider_is_refused_with_the_way_that_works()
    {
        using ServiceProvider services = new ServiceCollection().AddEntityFrameworkNpgsql().BuildServiceProvider();

        var error = Assert.Throws<InvalidOperationException>(() => Use(
            new DbContextOptionsBuilder().UseNpgsql(Nowhere).UseInternalServiceProvider(services).AddCircuitBreaker()));

        Assert.Contains("AddInterceptors(new DbGuardInterceptor())", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_interceptor_beside_AddCircuitBreaker_is_refused()
    {
        // EF Core validates options once for each set of services, and the first context has the same.
        Use(new DbContextOptionsBuilder().UseNpgsql(Nowhere).AddCircuitBreaker());
        using var context = new ShopContext(new DbContextOptionsBuilder()
            .UseNpgsql(Nowhere).AddCircuitBreaker().AddInterceptors(new DbGuardInterceptor()).Options);

        var error = Assert.Throws<InvalidOperationException>(context.Database.OpenConnection);

        Assert.Contains("twice", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_context_without_a_relational_provider_is_refused()
    {
        var error = Assert.Throws<InvalidOperationException>(
            () => Use(new DbContextOptionsBuilder().AddCircuitBreaker()));

        Assert.Contains("relational provider", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Asking_for_the_guard_of_an_unguarded_context_is_an_error_that_says_what_to_do()
    {
        using var context = new ShopContext(new DbContextOptionsBuilder().UseNpgsql(Nowhere).Options);

        var error = Assert.Throws<InvalidOperationException>(() => context.Database.GetGuard());

        AssertPointsToAddCircuitBreaker(error);
    }

    private static void Use(DbContextOptionsBuilder options)
    {
        using var context = new ShopContext(options.Options);
        context.Database.GetDbConnection();
    }

    private static void AssertPointsToAddCircuitBreaker(InvalidOperationException error) =>
        Assert.Contains("AddCircuitBreaker", error.Message, StringComparison.Ordinal);
}
