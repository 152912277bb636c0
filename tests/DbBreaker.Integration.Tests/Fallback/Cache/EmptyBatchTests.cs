using System.Data.Common;
using DbBreaker.TestKit;
using Npgsql;

namespace DbBreaker.Integration.Tests.Fallback.Cache;

public sealed class EmptyBatchTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_batch_without_commands_that_opted_in_gets_the_drivers_answer(bool isAsync)
    {
        string connectionString = (await PostgresServer.FindAsync()).ConnectionString;
        await using NpgsqlDataSource bare = NpgsqlDataSource.Create(connectionString);
        await using GuardedDbDataSource guarded = NpgsqlDataSource.Create(connectionString)
            .WithCircuitBreaker("empty batches", static guard => guard.FallbackToCache());

        Assert.Equal(await OutcomeAsync(bare, isAsync), await OutcomeAsync(guarded, isAsync));
    }

    private static async Task<string> OutcomeAsync(DbDataSource source, bool isAsync)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        await using DbConnection connection = await source.OpenConnectionAsync(token);
        await using DbBatch batch = connection.CreateBatch();
        if (batch is GuardedDbBatch) batch.WithFallbackCache(TimeSpan.FromMinutes(1));
        try
        {
            await using DbDataReader reader = isAsync ? await batch.ExecuteReaderAsync(token) : batch.ExecuteReader();
            return $"{reader.FieldCount} columns";
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            return $"{exception.GetType().Name}: {exception.Message}";
        }
    }
}
