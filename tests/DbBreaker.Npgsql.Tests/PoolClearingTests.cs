using System.Data.Common;
using DbBreaker.TestKit;
using Npgsql;

namespace DbBreaker.Npgsql.Tests;

public sealed class PoolClearingTests
{
    private readonly NpgsqlAdapter _adapter = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Clearing_by_a_connection_discards_the_pool_of_its_string()
    {
        string text = await NewStringAsync();
        int before = await ProcessOfAsync(() => new NpgsqlConnection(text));
        Assert.Equal(before, await ProcessOfAsync(() => new NpgsqlConnection(text)));

        await using NpgsqlConnection connection = new(text);
        _adapter.ClearPool(connection);

        Assert.NotEqual(before, await ProcessOfAsync(() => new NpgsqlConnection(text)));
    }

    [Fact]
    public async Task Clearing_by_a_connection_of_a_data_source_discards_the_data_source_s_pool()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(await NewStringAsync());
        int before = await ProcessOfAsync(source.CreateConnection);
        Assert.Equal(before, await ProcessOfAsync(source.CreateConnection));

        await using NpgsqlConnection connection = source.CreateConnection();
        _adapter.ClearPool(connection);

        Assert.NotEqual(before, await ProcessOfAsync(source.CreateConnection));
    }

    [Fact]
    public async Task A_clone_clears_the_pool_of_what_it_was_cloned_from()
    {
        string text = await NewStringAsync();
        int before = await ProcessOfAsync(() => new NpgsqlConnection(text));

        await using NpgsqlConnection connection = new(text);
        await using NpgsqlConnection clone = (NpgsqlConnection)((ICloneable)connection).Clone();
        _adapter.ClearPool(clone);

        Assert.NotEqual(before, await ProcessOfAsync(() => new NpgsqlConnection(text)));
    }

    [Fact]
    public async Task Clearing_a_data_source_discards_idle_connections_at_once_and_busy_ones_on_return()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(await NewStringAsync());
        await using NpgsqlConnection busy = await source.OpenConnectionAsync(Token);
        int busyBefore = busy.ProcessID;
        int idleBefore = await ProcessOfAsync(source.CreateConnection);

        Assert.True(_adapter.ClearPool(source));

        Assert.Equal(1, await new NpgsqlCommand("SELECT 1", busy).ExecuteScalarAsync(Token));
        await busy.CloseAsync();
        int after = await ProcessOfAsync(source.CreateConnection);
        Assert.DoesNotContain(after, new[] { busyBefore, idleBefore });
    }

    [Fact]
    public void A_data_source_of_another_driver_is_left_alone()
    {
        using OtherDataSource other = new();

        Assert.False(_adapter.ClearPool(other));
    }

    private static async Task<int> ProcessOfAsync(Func<NpgsqlConnection> create)
    {
        await using NpgsqlConnection connection = create();
        await connection.OpenAsync(Token);
        return connection.ProcessID;
    }

    // A name of its own makes a pool of its own.
    private static async Task<string> NewStringAsync()
    {
        NpgsqlConnectionStringBuilder builder = (await PostgresServer.FindAsync()).CreateBuilder();
        builder.ApplicationName = $"clearing-{Guid.NewGuid():N}";
        return builder.ConnectionString;
    }

    private sealed class OtherDataSource : DbDataSource
    {
        public override string ConnectionString => "";

        protected override DbConnection CreateDbConnection() => throw new NotSupportedException();
    }
}
