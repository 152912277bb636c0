using System.Data.Common;
using DbBreaker.TestKit;
using Npgsql;

namespace DbBreaker.Integration.Tests.Fallback.Cache;

/// <summary>Two tenants with a schema each, told apart by their connection strings alone.</summary>
public sealed class TenantTests
{
    private const string Text = "SELECT name FROM tenant";

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_search_path_in_the_connection_string_keeps_their_rows_apart(bool async)
    {
        PostgresServer server = await PostgresServer.FindAsync();
        string connectionString = (await server.CreateDatabaseAsync(Token)).ConnectionString;
        await using (NpgsqlDataSource plain = NpgsqlDataSource.Create(connectionString))
        {
            foreach (string tenant in (string[])["one", "two"])
            {
                await using NpgsqlCommand command = plain.CreateCommand(
                    $"CREATE SCHEMA {tenant}; CREATE TABLE {tenant}.tenant AS SELECT '{tenant}' AS name");
                await command.ExecuteNonQueryAsync(Token);
            }
        }

        var registry = new DbGuardRegistry();
        await using GuardedDbConnection one = Guard("one"), two = Guard("two");
        Assert.Same(one.Guard, two.Guard);
        using DbReadScope scope = DbReadScope.BeginWithFallbackCache(TimeSpan.FromMinutes(1));
        Assert.Equal("one", await AskAsync(one));
        one.Guard.Isolate("the test");
        Assert.Equal("one", await AskAsync(one));
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => AskAsync(two));

        GuardedDbConnection Guard(string tenant) => GuardedDbConnection.Create(
            new NpgsqlConnection($"{connectionString};Search Path={tenant}"),
            new DbBreaker.Data.GuardBinding(registry, null, static guard => guard.FallbackToCache()), guard: null);

        async Task<object?> AskAsync(GuardedDbConnection connection)
        {
            if (async) await connection.OpenAsync(Token);
            else connection.Open();
            await using DbCommand command = connection.CreateCommand();
            command.CommandText = Text;
            object? name = async ? await command.ExecuteScalarAsync(Token) : command.ExecuteScalar();
            await connection.CloseAsync();
            return name;
        }
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
