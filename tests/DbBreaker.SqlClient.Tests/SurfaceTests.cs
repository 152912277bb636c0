using System.Data;
using System.Data.Common;
using System.Transactions;
using DbBreaker.TestKit;
using DbBreaker.TestKit.Profiled;
using DbBreaker.TestKit.Tds;
using Microsoft.Data.SqlClient;

namespace DbBreaker.SqlClient.Tests;

/// <summary>What the table of operations cannot say in a line.</summary>
public sealed class SurfaceTests : IDisposable
{
    private readonly TdsServer _server = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _server.Dispose();

    [Theory, InlineData(false), InlineData(true)]
    public async Task Output_parameters_come_back(bool async)
    {
        _server.Answer = _ => TdsReply.Output("@total", 42);
        await using GuardedDbConnection connection = await OpenAsync(async);
        await using DbCommand command = connection.CreateCommand();
        (command.CommandText, command.CommandType) = ("count_orders", CommandType.StoredProcedure);
        DbParameter total = command.CreateParameter();
        (total.ParameterName, total.DbType, total.Direction) = ("@total", DbType.Int32, ParameterDirection.Output);
        command.Parameters.Add(total);
        if (async) await command.ExecuteNonQueryAsync(Token);
        else command.ExecuteNonQuery();

        Assert.Equal(42, total.Value);
        Assert.IsType<SqlParameter>(total);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Several_results_are_one_operation(bool async)
    {
        _server.Answer = _ => TdsReply.Results(
            TdsReply.Scalar(1), TdsReply.Rows(["a", "b"], [2, "two"], [3, null]), TdsReply.Scalar(4));
        await using GuardedDbConnection connection = await OpenAsync(async);
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = "three selects";
        List<object?> seen = [];
        await using (DbDataReader reader = async ? await command.ExecuteReaderAsync(Token) : command.ExecuteReader())
        {
            do
            {
                while (async ? await reader.ReadAsync(Token) : reader.Read()) seen.Add(reader.GetValue(0));
            }
            while (async ? await reader.NextResultAsync(Token) : reader.NextResult());
        }

        Assert.Equal([1, 2, 3, 4], seen);
        Assert.Equal((1L, 0L), (connection.Guard.GetSnapshot().Operations, connection.Guard.GetSnapshot().Failures));
    }

    [Fact]
    public async Task What_only_the_driver_has_is_reached_through_guard_and_profiler()
    {
        await using GuardedDbConnection guarded =
            new ProfiledConnection(new SqlConnection(_server.ConnectionString)).WithCircuitBreaker();
        await guarded.OpenAsync(Token);
        await using DbTransaction transaction = guarded.BeginTransaction();

        using var copy = new SqlBulkCopy(
            guarded.Unwrap<SqlConnection>(), SqlBulkCopyOptions.Default, transaction.Unwrap<SqlTransaction>());
        Assert.Equal(ConnectionState.Open, guarded.Unwrap<SqlConnection>().State);
        Assert.NotEqual(Guid.Empty, guarded.Unwrap<SqlConnection>().ClientConnectionId);
        await using DbBatch batch = new SqlConnection(_server.ConnectionString).WithCircuitBreaker().CreateBatch();
        Assert.NotNull(batch.Unwrap<SqlBatch>());
    }

    [Fact]
    public async Task A_profiler_around_the_driver_hides_neither_pool_nor_adapter()
    {
        string pool = _server.ConnectionString + ";Max Pool Size=7";
        await using GuardedDbConnection wrapped = new ProfiledConnection(new SqlConnection(pool)).WithCircuitBreaker();
        await using GuardedDbConnection direct = new SqlConnection(pool).WithCircuitBreaker();

        Assert.Same(direct.Guard, wrapped.Guard);
        Assert.Equal(7, wrapped.Guard.GetSnapshot().PermitLimit);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_batch_tells_of_its_failures_and_of_its_transaction(bool async)
    {
        await using GuardedDbConnection connection = await OpenAsync(async);
        await using DbBatch batch = connection.CreateBatch();
        foreach (string text in (string[])["BEGIN TRANSACTION", "UPDATE stock SET n = n - 1"])
        {
            DbBatchCommand command = batch.CreateBatchCommand();
            command.CommandText = text;
            batch.BatchCommands.Add(command);
        }

        if (async) await batch.ExecuteNonQueryAsync(Token);
        else batch.ExecuteNonQuery();
        connection.Guard.Isolate("maintenance");
        try
        {
            // Inside what the batch began nothing is rejected, and what ends it passes.
            await Observed.ScalarAsync(connection, "SELECT 1", async);
            await Observed.ScalarAsync(connection, "COMMIT", async);
            await Assert.ThrowsAsync<DbCircuitOpenException>(() => Observed.ScalarAsync(connection, "SELECT 1", async));
        }
        finally
        {
            connection.Guard.Reset();
        }

        _server.Answer = _ => TdsReply.Reset;
        await Assert.ThrowsAsync<SqlException>(async () =>
        {
            if (async) await batch.ExecuteNonQueryAsync(Token);
            else batch.ExecuteNonQuery();
        });
        Assert.Equal(1, connection.Guard.GetSnapshot().Failures);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_connection_enlists_by_itself_and_by_hand(bool async)
    {
        using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            await using GuardedDbConnection inScope = await OpenAsync(async);
            await Observed.ScalarAsync(inScope, "SELECT 1", async);
            scope.Complete();
        }

        Assert.Equal([TdsServer.BeginTransaction, "SELECT 1", TdsServer.Commit], _server.Requests);
        await using GuardedDbConnection connection = await OpenAsync(async);
        using var transaction = new CommittableTransaction();
        connection.EnlistTransaction(transaction);
        connection.Guard.Isolate("maintenance");
        try
        {
            await Observed.ScalarAsync(connection, "SELECT 2", async);
            transaction.Commit();
        }
        finally
        {
            connection.Guard.Reset();
        }

        Assert.Equal(TdsServer.Commit, _server.Requests.Last());
        Assert.Equal(0, connection.Guard.GetSnapshot().Failures);
    }

    private async Task<GuardedDbConnection> OpenAsync(bool async)
    {
        GuardedDbConnection connection = new SqlConnection(_server.ConnectionString).WithCircuitBreaker();
        await Observed.OpenAsync(connection, async);
        return connection;
    }
}
