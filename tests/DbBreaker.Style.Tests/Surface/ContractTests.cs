using System.Data.Common;
using DbBreaker;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Contract;

/// <summary>The surface as the design writes it, from a namespace that is not the library's own. That this compiles is
/// the test; what can run without a server runs.</summary>
public sealed class ContractTests
{
    private const string Replica = "Host=replica.example;Database=orders";
    private const string ConnectionString = "Host=primary.example;Database=orders";

    [Fact]
    public void Ef_core_contexts_are_guarded_with_and_without_a_name_and_settings()
    {
        DbContextOptionsBuilder options = new DbContextOptionsBuilder().UseNpgsql(ConnectionString).AddCircuitBreaker();
        options.UseNpgsql(ConnectionString).AddCircuitBreaker(guard => guard.FallbackToReplica(Replica));
        options.UseNpgsql(ConnectionString).AddCircuitBreaker("orders");
        options.UseNpgsql(ConnectionString).AddCircuitBreaker("orders", guard => guard.FailureRatio = 0.3);
        DbContextOptionsBuilder<Shop> typed = new DbContextOptionsBuilder<Shop>().UseNpgsql(ConnectionString)
            .AddCircuitBreaker();
        typed = typed.AddCircuitBreaker(guard => guard.FallbackToReplica(Replica));
        typed = typed.AddCircuitBreaker("orders");
        typed = typed.AddCircuitBreaker("orders", guard => guard.FailureRatio = 0.3);
        Assert.NotNull(typed.Options);
    }

    [Fact]
    public void Drivers_objects_are_guarded_with_and_without_a_name_and_settings()
    {
        NpgsqlDataSource npgsqlDataSource = NpgsqlDataSource.Create(ConnectionString);
        using GuardedDbDataSource source = npgsqlDataSource.WithCircuitBreaker(guard => guard.FailureRatio = 0.5);
        using GuardedDbConnection connection = new NpgsqlConnection(ConnectionString).WithCircuitBreaker();
        GuardedDbProviderFactory factory = NpgsqlFactory.Instance.WithCircuitBreaker();
        Assert.Same(source.Guard, connection.Guard);
        Assert.IsType<GuardedDbConnection>(factory.CreateConnection(), exactMatch: false);

        using GuardedDbDataSource named = NpgsqlDataSource.Create(ConnectionString)
            .WithCircuitBreaker("contract", guard => guard.FailureRatio = 0.3);
        using GuardedDbConnection again = new NpgsqlConnection(ConnectionString).WithCircuitBreaker("contract");
        GuardedDbProviderFactory third = NpgsqlFactory.Instance.WithCircuitBreaker("contract");
        Assert.Same(named.Guard, again.Guard);
        Assert.Same(NpgsqlFactory.Instance, third.Inner);
        Assert.Contains(named.Guard, DbGuardRegistry.Shared.Guards);
    }

    [Fact]
    public void Guards_are_configured_by_section_and_by_name()
    {
        var registry = new DbGuardRegistry();
        IConfiguration configuration = new ConfigurationBuilder().Build();
        var services = new ServiceCollection();
        services.AddSingleton(registry);
        services.AddDbBreaker(configuration.GetSection("DbBreaker"));
        services.AddDbBreaker("orders", guard => guard.FailureRatio = 0.3);
        using ServiceProvider provider = services.BuildServiceProvider();
        Assert.Same(registry, provider.GetRequiredService<DbGuardRegistry>());
    }

    [Fact]
    public async Task A_guard_serves_anything_else()
    {
        var options = new DbGuardOptions { PermitLimit = 2 };
        DbGuard guard = new DbGuardRegistry().GetOrAdd("orders", options);
        using (DbGuardLease lease = await guard.AcquireAsync(TestContext.Current.CancellationToken))
        {
            lease.ReportSuccess();
            lease.ReportFailure(new TimeoutException(), DbPhase.Executing);
            using DbGuardLease second = guard.Acquire();
            Assert.Equal((guard.Name, guard.State), ("orders", CircuitState.Closed));
            Assert.Equal(2, guard.GetSnapshot().PermitsInUse);
        }

        Assert.True(guard.TryAcquire(out DbGuardLease third));
        third.Dispose();
        guard.Isolate("maintenance");
        DbCircuitOpenException rejection = Assert.Throws<DbCircuitOpenException>(() => guard.Acquire().Dispose());
        DbGuardSnapshot now = guard.GetSnapshot();
        Assert.Equal(CircuitState.Isolated, now.State);
        Assert.Contains("maintenance", now.Reason, StringComparison.Ordinal);
        Assert.True(now.StateSince <= DateTimeOffset.UtcNow && now.RetryAfter >= TimeSpan.Zero);
        Assert.Equal((2, 0, 0, 1), (now.PermitLimit, now.PermitsInUse, now.Waiting, (int)now.Transitions));
        Assert.True(rejection is DbGuardException and DbException { IsTransient: true });
        Assert.Equal("orders", rejection.GuardName);
        Assert.True(rejection.RetryAfter >= TimeSpan.Zero);
        guard.Reset();
        Assert.Equal(CircuitState.Closed, guard.State);
    }

    [Fact]
    public void Errors_are_what_their_handlers_expect()
    {
        Assert.True(typeof(DbGuardException).IsAbstract && typeof(DbGuardException).BaseType == typeof(DbException));
        Assert.All(
            (Type[])[typeof(DbCircuitOpenException), typeof(DbPoolSaturatedException)],
            static type => Assert.True(type.IsSealed && type.BaseType == typeof(DbGuardException)));
        Assert.NotSame(DbGuardRegistry.Shared, new DbGuardRegistry());
        using GuardedDbConnection sqlite = new SqliteConnection("Data Source=:memory:").WithCircuitBreaker();
        Assert.NotNull(sqlite.Guard);
    }

    [Fact]
    public void Options_have_the_defaults_of_the_design()
    {
        var o = new DbGuardOptions();
        Assert.Equal((0.5, 20, Seconds(10)), (o.FailureRatio, o.MinimumThroughput, o.SamplingDuration));
        Assert.Equal((Seconds(0.5), null, 1.0), (o.StallThreshold, o.SlowCallThreshold, o.SlowCallRatio));
        Assert.Equal((Seconds(5), Seconds(60)), (o.BreakDuration, o.MaxBreakDuration));
        Assert.Equal((Seconds(0.25), Seconds(1), Seconds(0.75)), (o.ProbeInterval, o.MaxProbeInterval, o.ProbeTimeout));
        Assert.Equal((3, 3, Seconds(5)), (o.HalfOpenPermits, o.SuccessesToClose, o.RecoveryRamp));
        Assert.Equal((null, 1_000, Seconds(2), 10), (o.PermitLimit, o.QueueLimit, o.QueueTimeout, o.OpenLimit));
        Assert.Equal((null, DbGuardMode.Enforce), (o.LeakThreshold, o.Mode));
        Assert.Equal(["Enforce", "Observe", "Disabled"], Enum.GetNames<DbGuardMode>());
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private sealed class Shop(DbContextOptions<Shop> options) : DbContext(options);
}
