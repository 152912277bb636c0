using System.Data;
using System.Data.Common;
using DbBreaker.TestKit;
using Npgsql;

namespace DbBreaker.Npgsql.Tests;

/// <summary>What a guard makes of failures that cost the connection, and of a pool that leads elsewhere.</summary>
public sealed class GuardedSessionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'XX000'; END $$")]
    [InlineData("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53200'; END $$")]
    [InlineData("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '08P01'; END $$")]
    public async Task An_error_after_which_the_driver_closes_the_connection_opens_no_circuit(string text)
    {
        await using NpgsqlDataSource source = await NewSourceAsync();
        await using GuardedDbDataSource guarded = source.WithCircuitBreaker($"falls-{Guid.NewGuid():N}");
        for (int i = 0; i < 40; i++)
        {
            await using GuardedDbConnection connection = (GuardedDbConnection)await guarded.OpenConnectionAsync(Token);
            await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(connection, text));
            Assert.Equal(ConnectionState.Closed, connection.State);
        }

        DbGuardSnapshot now = guarded.Guard!.GetSnapshot();
        Assert.Equal(CircuitState.Closed, now.State);
        Assert.Equal(0, now.Transitions);
        Assert.Equal(0, now.PermitsInUse);
    }

    [Fact]
    public async Task Sessions_that_end_without_a_word_open_the_circuit()
    {
        await using NpgsqlDataSource source = await NewSourceAsync();
        await using GuardedDbDataSource guarded = source.WithCircuitBreaker($"ends-{Guid.NewGuid():N}");
        for (int i = 0; i < 40 && guarded.Guard?.State is null or CircuitState.Closed; i++)
        {
            try
            {
                await using var connection = (GuardedDbConnection)await guarded.OpenConnectionAsync(Token);
                await ExecuteAsync(connection, "SELECT pg_terminate_backend(pg_backend_pid())");
            }
            catch (Exception exception) when (exception is NpgsqlException or DbGuardException)
            {
                // Both are what this test is about.
            }
        }

        Assert.NotEqual(0, guarded.Guard!.GetSnapshot().Transitions);
    }

    [Fact]
    public async Task A_read_only_answer_clears_the_pool_once_and_not_for_each_mistake_of_the_application()
    {
        await using NpgsqlDataSource source = await NewSourceAsync();
        await using GuardedDbDataSource guarded = source.WithCircuitBreaker($"stale-{Guid.NewGuid():N}");
        int before = await FailReadOnlyAsync(guarded);
        int fresh = await FailReadOnlyAsync(guarded);
        int kept = await FailReadOnlyAsync(guarded);

        Assert.NotEqual(before, fresh);
        Assert.Equal(fresh, kept);
        Assert.Equal(CircuitState.Closed, guarded.Guard!.State);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_connection_that_the_driver_opens_under_a_cancelled_token_holds_a_permit_beyond_the_limit(
        bool isAsync)
    {
        await using NpgsqlDataSource source = await NewSourceAsync();
        await using GuardedDbDataSource guarded =
            source.WithCircuitBreaker($"late-{Guid.NewGuid():N}", static o => o.PermitLimit = 1);
        await using (DbConnection one = source.CreateConnection(), other = source.CreateConnection())
        {
            // Two in the pool: what is warm is opened whatever the token says.
            await one.OpenAsync(Token);
            await other.OpenAsync(Token);
        }

        await using DbConnection first = guarded.CreateConnection();
        await using DbConnection late = guarded.CreateConnection();
        if (isAsync) await first.OpenAsync(Token);
        else first.Open();
        await late.OpenAsync(new CancellationToken(canceled: true));
        Assert.Equal((ConnectionState.Open, 2), (late.State, guarded.Guard.GetSnapshot().PermitsInUse));

        // It is in use already: a command neither waits for a place nor takes another.
        await using DbCommand command = late.CreateCommand();
        command.CommandText = "SELECT 1";
        Assert.Equal(1, isAsync ? await command.ExecuteScalarAsync(Token) : command.ExecuteScalar());
        Assert.Equal(2, guarded.Guard.GetSnapshot().PermitsInUse);
        if (isAsync) await late.CloseAsync();
        else late.Close();
        Assert.Equal(1, guarded.Guard.GetSnapshot().PermitsInUse);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task An_open_circuit_turns_away_what_is_asked_of_a_connection_opened_under_a_cancelled_token(
        bool isAsync)
    {
        await using NpgsqlDataSource source = await NewSourceAsync();
        await using GuardedDbDataSource guarded = source.WithCircuitBreaker($"late-{Guid.NewGuid():N}");
        await using (DbConnection warm = await guarded.OpenConnectionAsync(Token))
        {
            guarded.Guard.Isolate("maintenance");
        }

        await using DbConnection late = guarded.CreateConnection();
        await late.OpenAsync(new CancellationToken(canceled: true));
        Assert.Equal(1, guarded.Guard.GetSnapshot().PermitsInUse);
        await using DbCommand command = late.CreateCommand();
        command.CommandText = "SELECT 1";
        await Assert.ThrowsAsync<DbCircuitOpenException>(
            async () => _ = isAsync ? await command.ExecuteScalarAsync(Token) : command.ExecuteScalar());
        guarded.Guard.Reset();
        Assert.Equal(1, isAsync ? await command.ExecuteScalarAsync(Token) : command.ExecuteScalar());
        Assert.Equal(1, guarded.Guard.GetSnapshot().PermitsInUse);
        await late.CloseAsync();
        Assert.Equal(0, guarded.Guard.GetSnapshot().PermitsInUse);
    }

    private static async Task<int> FailReadOnlyAsync(GuardedDbDataSource guarded)
    {
        await using var connection = (GuardedDbConnection)await guarded.OpenConnectionAsync(Token);
        await using var pid = connection.CreateCommand();
        pid.CommandText = "SELECT pg_backend_pid()";
        int processId = (int)(await pid.ExecuteScalarAsync(Token))!;
        PostgresException exception = await Assert.ThrowsAsync<PostgresException>(
            () => ExecuteAsync(connection, "SET transaction_read_only = on; CREATE TABLE never (id int)"));
        Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, exception.SqlState);
        return processId;
    }

    private static async Task ExecuteAsync(GuardedDbConnection connection, string text)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = text;
        await command.ExecuteNonQueryAsync(Token);
    }

    private static async Task<NpgsqlDataSource> NewSourceAsync()
    {
        NpgsqlConnectionStringBuilder builder = (await PostgresServer.FindAsync()).CreateBuilder();
        builder.ApplicationName = $"guarded-{Guid.NewGuid():N}";
        return NpgsqlDataSource.Create(builder);
    }
}
