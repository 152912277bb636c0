using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace DbBreaker.Style.Tests.Surface;

/// <summary>What was disposed of says so, as the driver's own object would, and holds nothing.</summary>
public sealed class DisposedTests
{
    [Fact]
    public async Task A_connection_gives_its_permit_back_once_and_refuses_what_the_driver_refuses()
    {
        GuardedDbConnection connection = new SqliteConnection("Data Source=:memory:").WithCircuitBreaker("disposed");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        DbCommand command = connection.CreateCommand();
        command.CommandText = "SELECT 1";
        Assert.Equal(1, connection.Guard.GetSnapshot().PermitsInUse);

        await connection.DisposeAsync();
        connection.Dispose();

        Assert.Equal(0, connection.Guard.GetSnapshot().PermitsInUse);
        Assert.ThrowsAny<InvalidOperationException>(() => command.ExecuteScalar());
        await Assert.ThrowsAnyAsync<InvalidOperationException>(
            () => command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, connection.Guard.GetSnapshot().PermitsInUse);
    }

    [Fact]
    public async Task A_data_source_disposes_of_the_driver_s_and_makes_nothing_more()
    {
        NpgsqlDataSource inner = NpgsqlDataSource.Create("Host=disposed.example");
        GuardedDbDataSource source = inner.WithCircuitBreaker();
        await source.DisposeAsync();
        source.Dispose();

        Assert.Throws<ObjectDisposedException>(() => inner.OpenConnection().Dispose());
        Assert.Throws<ObjectDisposedException>(() => source.OpenConnection().Dispose());
        await Assert.ThrowsAsync<ObjectDisposedException>(
            async () => await source.OpenConnectionAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, source.Guard.GetSnapshot().PermitsInUse);
    }

    [Fact]
    public void A_lease_ends_once_and_reports_nothing_afterwards()
    {
        DbGuard guard = new DbGuardRegistry().GetOrAdd("disposed", new DbGuardOptions { PermitLimit = 2 });
        DbGuardLease lease = guard.Acquire(), copy = lease;
        using DbGuardLease other = guard.Acquire();
        lease.Dispose();
        copy.Dispose();
        Assert.Equal(1, guard.GetSnapshot().PermitsInUse);
        lease.ReportSuccess();
        copy.ReportFailure(new TimeoutException(), DbPhase.Executing);
        Assert.False(lease.IsHeld || copy.IsHeld);
        Assert.Equal((0, 0), ((int)guard.GetSnapshot().Operations, (int)guard.GetSnapshot().Failures));
    }

    [Fact]
    public void A_read_scope_ends_once_and_what_it_collected_stays()
    {
        DbReadScope outer = DbReadScope.Begin(), inner = DbReadScope.Begin();
        inner.Dispose();
        inner.Dispose();
        Assert.Same(outer, DbReadScope.Current);
        Assert.Equal(0, inner.Count);
        outer.Dispose();
        Assert.Null(DbReadScope.Current);
    }
}
