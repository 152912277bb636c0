using System.Data;
using System.Data.Common;
using Dapper;
using DbBreaker.TestKit;
using Npgsql;

namespace DbBreaker.Integration.Tests.Data;

public sealed class DapperTests : IAsyncLifetime
{
    private GuardedDbDataSource _source = null!;

    public async ValueTask InitializeAsync() =>
        _source = NpgsqlDataSource.Create((await PostgresServer.FindAsync()).ConnectionString).WithCircuitBreaker();

    public async ValueTask DisposeAsync() => await _source.DisposeAsync();

    [Fact]
    public async Task An_array_reaches_postgresql_as_an_array()
    {
        await using DbConnection connection = await _source.OpenConnectionAsync(Token);

        IEnumerable<int> found = await connection.QueryAsync<int>(
            "SELECT n FROM generate_series(1, 9) n WHERE n = ANY(@ids) ORDER BY n", new { ids = new[] { 2, 5 } });

        Assert.Equal([2, 5], found);
        Assert.Equal([3], connection.Query<int>("SELECT 3 WHERE 3 = ANY(@ids)", new { ids = new[] { 3 } }));
    }

    [Fact]
    public void A_connection_that_dapper_opens_is_closed_again_and_its_permit_is_back()
    {
        using DbConnection connection = _source.CreateConnection();

        Assert.Equal(7, connection.ExecuteScalar<int>("SELECT 7"));
        using (IDataReader reader = connection.ExecuteReader("SELECT 1"))
        {
            Assert.True(reader.Read());
            Assert.Equal(1, _source.Guard.GetSnapshot().PermitsInUse);
        }

        Assert.Equal(ConnectionState.Closed, connection.State);
        Assert.Equal(0, _source.Guard.GetSnapshot().PermitsInUse);
        Assert.Equal(0, _source.Guard.GetSnapshot().Failures);
    }

    [Fact]
    public async Task A_transaction_and_several_results_work()
    {
        await using DbConnection connection = await _source.OpenConnectionAsync(Token);
        await using DbTransaction transaction = await connection.BeginTransactionAsync(Token);
        await connection.ExecuteAsync("CREATE TEMPORARY TABLE kept (id int) ON COMMIT DROP", transaction: transaction);
        await connection.ExecuteAsync(
            "INSERT INTO kept VALUES (@id)", new[] { new { id = 1 }, new { id = 2 } }, transaction);

        await using SqlMapper.GridReader grid = await connection.QueryMultipleAsync(
            "SELECT id FROM kept ORDER BY id; SELECT count(*) FROM kept", transaction: transaction);

        Assert.Equal([1, 2], await grid.ReadAsync<int>());
        Assert.Equal(2L, await grid.ReadSingleAsync<long>());
        await transaction.CommitAsync(Token);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
