using DbBreaker.TestKit;
using DbBreaker.TestKit.Tds;
using Microsoft.Data.SqlClient;

namespace DbBreaker.SqlClient.Tests;

/// <summary>The stand-in server is worth what the real client makes of it.</summary>
public sealed class TdsServerTests : IDisposable
{
    private readonly TdsServer _server = new();

    public void Dispose() => _server.Dispose();

    [Theory, InlineData(false), InlineData(true)]
    public async Task The_client_reads_rows_of_every_type_and_nulls(bool async)
    {
        string[] columns = ["number", "text", "bit", "big"];
        _server.Answer = _ => TdsReply.Rows(columns, [1, "one", true, 1L << 40], [null, null, null, null]);
        await using SqlConnection connection = new(_server.ConnectionString);
        await Observed.OpenAsync(connection, async);
        await using SqlCommand command = new("select * from shelf where id = @id", connection);
        command.Parameters.AddWithValue("@id", "seven");
        CancellationToken token = TestContext.Current.CancellationToken;
        await using SqlDataReader reader = async ? await command.ExecuteReaderAsync(token) : command.ExecuteReader();

        Assert.True(async ? await reader.ReadAsync(token) : reader.Read());
        object[] values = new object[4];
        reader.GetValues(values);
        Assert.Equal([1, "one", true, 1L << 40], values);
        Assert.True(async ? await reader.ReadAsync(token) : reader.Read());
        reader.GetValues(values);
        Assert.All(values, value => Assert.Equal(DBNull.Value, value));
        Assert.False(async ? await reader.ReadAsync(token) : reader.Read());
        Assert.Equal(["select * from shelf where id = @id"], _server.Requests);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Transactions_savepoints_and_the_pool_work(bool async)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        await using SqlConnection connection = new(_server.ConnectionString);
        await Observed.OpenAsync(connection, async);
        await using (SqlTransaction transaction = connection.BeginTransaction())
        {
            transaction.Save("here");
            transaction.Rollback("here");
            if (async) await transaction.CommitAsync(token);
            else transaction.Commit();
        }

        await connection.CloseAsync();
        await Observed.OpenAsync(connection, async);
        Assert.Equal(2, await Observed.ScalarAsync(connection, "SELECT 2", async));

        string[] expected =
        [
            TdsServer.BeginTransaction, TdsServer.Savepoint, TdsServer.RollbackToSavepoint, TdsServer.Commit,
            "SELECT 2",
        ];
        Assert.Equal(expected, _server.Requests);
        Assert.Equal(1, _server.Logins);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task What_was_asked_while_frozen_is_answered_after_the_thaw(bool async)
    {
        await using SqlConnection connection = new(_server.ConnectionString);
        await Observed.OpenAsync(connection, async);
        _server.Freeze();
        Task<object?> asked = Task.Run(
            () => Observed.ScalarAsync(connection, "SELECT 3", async), TestContext.Current.CancellationToken);
        Task first = await Task.WhenAny(asked, Task.Delay(300, TestContext.Current.CancellationToken));
        Assert.NotSame(asked, first);
        _server.Thaw();
        Assert.Equal(3, await asked);
    }
}
