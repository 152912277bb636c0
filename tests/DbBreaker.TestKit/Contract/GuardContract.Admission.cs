using System.Data;
using System.Data.Common;
using System.Transactions;
using Xunit;

namespace DbBreaker.TestKit.Contract;

public abstract partial class GuardContract
{
    [Fact]
    public void The_permits_are_the_pools_places() =>
        Assert.Equal(ContractServer.PoolSize, Guard.GetSnapshot().PermitLimit);

    [Theory, InlineData(false), InlineData(true)]
    public async Task Every_way_out_gives_the_permit_back_once(bool async)
    {
        DbConnection connection = await OpenAsync(async);
        Assert.Equal(1, Guard.GetSnapshot().PermitsInUse);
        await CloseAsync(connection, async);
        await CloseAsync(connection, async);
        Assert.Equal(0, Guard.GetSnapshot().PermitsInUse);

        if (async) await connection.OpenAsync(Token);
        else connection.Open();
        await using (DbCommand command = connection.CreateCommand())
        {
            command.CommandText = "SELECT 1";
            await using DbDataReader reader = async
                ? await command.ExecuteReaderAsync(CommandBehavior.CloseConnection, Token)
                : command.ExecuteReader(CommandBehavior.CloseConnection);
            Assert.Equal(1, Guard.GetSnapshot().PermitsInUse);
        }

        Assert.Equal((ConnectionState.Closed, 0), (connection.State, Guard.GetSnapshot().PermitsInUse));
        if (async) await connection.OpenAsync(Token);
        else connection.Open();
        if (async) await connection.DisposeAsync();
        else connection.Dispose();
        Assert.Equal(0, Guard.GetSnapshot().PermitsInUse);
        Assert.Equal(0, Guard.GetSnapshot().Failures);
        await using DbConnection late = New();

        // Npgsql opens from a warm pool whatever the token says.
        Exception? exception = await Record.ExceptionAsync(() => late.OpenAsync(new CancellationToken(true)));
        Assert.True(exception is null or OperationCanceledException, $"{exception}");
        Assert.Equal(late.State is ConnectionState.Open ? 1 : 0, Guard.GetSnapshot().PermitsInUse);
        await CloseAsync(late, async);
        Assert.Equal(0, Guard.GetSnapshot().PermitsInUse);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_burst_on_a_healthy_server_waits_and_is_not_rejected(bool async)
    {
        await CallAsync(async);
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Start(() => CallAsync(async), async)));

        DbGuardSnapshot now = Guard.GetSnapshot();
        Assert.Equal((0L, 0L, 0L), (now.RejectedSaturated, now.RejectedOpen, now.Failures));
        await AllPermitsAreBackAsync();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_full_pool_is_told_with_its_numbers_and_opens_no_circuit(bool async)
    {
        List<DbConnection> held = [];
        for (int i = 0; i < ContractServer.PoolSize; i++) held.Add(await OpenAsync(async));
        DbPoolSaturatedException rejection =
            await Assert.ThrowsAsync<DbPoolSaturatedException>(() => Start(() => CallAsync(async), async));

        Assert.Contains($"{ContractServer.PoolSize}", rejection.Message, StringComparison.Ordinal);
        Assert.Equal(_name, rejection.GuardName);
        Assert.True(rejection.RetryAfter >= TimeSpan.Zero);
        Assert.True(rejection.IsTransient);
        foreach (DbConnection connection in held) await connection.DisposeAsync();
        await CallAsync(async);
        Assert.Equal((CircuitState.Closed, 0L), (Guard.State, Guard.GetSnapshot().Failures));
        await AllPermitsAreBackAsync();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task An_open_circuit_rejects_new_work_and_nothing_inside_a_transaction(bool async)
    {
        await using DbConnection idle = await OpenAsync(async);
        await using DbConnection working = await OpenAsync(async);
        await using DbTransaction transaction = async
            ? await working.BeginTransactionAsync(Token)
            : working.BeginTransaction();
        Guard.Isolate("contract");

        await Assert.ThrowsAsync<DbCircuitOpenException>(() => CallAsync(async));
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => ScalarAsync(idle, async));
        await ScalarAsync(working, async, transaction: transaction);
        if (transaction.SupportsSavepoints)
        {
            if (async) await transaction.SaveAsync("one", Token);
            else transaction.Save("one");
            if (async) await transaction.RollbackAsync("one", Token);
            else transaction.Rollback("one");
        }

        if (async) await transaction.CommitAsync(Token);
        else transaction.Commit();
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => ScalarAsync(working, async));
        await CloseAsync(working, async);
        Guard.Reset();
        await ScalarAsync(idle, async);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task An_open_circuit_lets_a_scope_of_system_transactions_finish(bool async)
    {
        if (!Server.Enlists) Assert.Skip("The driver takes no part in System.Transactions.");
        using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            await using DbConnection connection = await OpenAsync(async);
            await ScalarAsync(connection, async);
            Guard.Isolate("contract");
            await ScalarAsync(connection, async);
            scope.Complete();
        }

        Guard.Reset();
        Assert.Equal(0, Guard.GetSnapshot().Failures);
        await AllPermitsAreBackAsync();
    }
}
