using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace DbBreaker.Tests.Rules;

public sealed class Rule18_OneGuardPerConnectionString
{
    private readonly DbGuardRegistry _registry = new(new FakeTimeProvider());

    [Fact]
    public void The_same_string_in_another_order_leads_to_the_same_guard()
    {
        using SqliteConnection first = new("Data Source=a.db;Cache=Shared");
        using SqliteConnection second = new("cache=Shared;DATA SOURCE=a.db");
        using SqliteConnection other = new("Data Source=b.db;Cache=Shared");
        Assert.Same(_registry.For(first, null, null), _registry.For(second, null, null));
        Assert.NotSame(_registry.For(first, null, null), _registry.For(other, null, null));
        Assert.Equal(2, _registry.Guards.Count);
    }

    [Fact]
    public void A_name_joins_several_strings()
    {
        using SqliteConnection first = new("Data Source=a.db");
        using SqliteConnection second = new("Data Source=b.db");
        Assert.Same(_registry.For(first, "orders", null), _registry.For(second, "orders", null));
    }

    [Fact]
    public void A_password_is_in_no_name_snapshot_or_error()
    {
        using SqliteConnection connection = new("Data Source=a.db;Password=opensesame");
        DbGuard guard = _registry.For(connection, null, o => o.MinimumThroughput = 2);
        for (int i = 0; i < 2; i++)
        {
            using DbGuardLease lease = guard.Acquire();
            lease.ReportFailure(new IOException("login with opensesame failed"), DbPhase.Opening);
        }

        var rejection = Assert.Throws<DbCircuitOpenException>(() => guard.Acquire());
        Assert.DoesNotContain("opensesame", guard.Name + guard.GetSnapshot() + rejection.Message);
        Assert.DoesNotContain("opensesame", string.Concat(guard.GetSnapshot().RecentTransitions));
    }

    [Fact]
    public void A_limit_above_the_pools_maximum_is_an_error_that_names_both()
    {
        using var connection = new FakeServerConnection(new FakeServer());
        _ = FakeServerAdapter.TargetOf(connection.Server);
        var error = Assert.Throws<ArgumentException>(() => _registry.For(connection, null, o => o.PermitLimit = 21));
        Assert.Contains("PermitLimit is 21", error.Message);
        Assert.Contains("at most 20", error.Message);
        Assert.Empty(_registry.Guards);
        Assert.Equal(20, _registry.For(connection, null, null).GetSnapshot().PermitLimit);
    }

    [Fact]
    public void A_queue_timeout_above_the_connection_strings_own_is_an_error_that_names_both()
    {
        using var connection = new FakeServerConnection(new FakeServer { ConnectTimeout = TimeSpan.FromSeconds(3) });
        _ = FakeServerAdapter.TargetOf(connection.Server);
        var error = Assert.Throws<ArgumentException>(
            () => _registry.For(connection, null, o => o.QueueTimeout = TimeSpan.FromSeconds(4)));
        Assert.Contains("QueueTimeout is 00:00:04", error.Message);
        Assert.Contains("00:00:03", error.Message);
    }

    [Fact]
    public void The_default_queue_timeout_gives_way_to_a_shorter_one_of_the_connection_string()
    {
        using var connection = new FakeServerConnection(new FakeServer { ConnectTimeout = TimeSpan.FromSeconds(1) });
        _ = FakeServerAdapter.TargetOf(connection.Server);
        Assert.Equal(TimeSpan.FromSeconds(1), _registry.For(connection, null, null).QueueTimeout);
    }
}
