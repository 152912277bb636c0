using System.Data.Common;
using Xunit;

namespace DbBreaker.TestKit.Reading;

/// <summary>One query read three times: from the driver, while it is recorded, and from the cache.</summary>
public static class RestoredRows
{
    private static readonly TimeSpan _minute = TimeSpan.FromMinutes(1);

    /// <summary>Asserts that the cache gives all that the driver gave, by every getter and as a scalar. The guard is
    /// isolated then.</summary>
    /// <param name="live">The driver's connection, open.</param>
    /// <param name="guarded">The same, guarded, with cached rows.</param>
    /// <param name="sql">Gives one row with a column <c>Value</c> and another one.</param>
    /// <param name="async">How the rows are read.</param>
    /// <param name="isRaw">Whether the value is also to be read as bytes.</param>
    /// <param name="others">More that is to be the same, Dapper for example.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task AssertSameAsync(
        DbConnection live, GuardedDbConnection guarded, string sql, bool async, bool isRaw,
        Func<DbConnection, IEnumerable<object?>> others, CancellationToken cancellationToken)
    {
        async Task<IReadOnlyList<string>> ReadAsync(DbConnection connection)
        {
            await using DbCommand command = connection.CreateCommand();
            command.CommandText = sql;
            await using DbDataReader reader =
                async ? await command.ExecuteReaderAsync(cancellationToken) : command.ExecuteReader();
            return await ReaderDescription.OfAsync(
                reader, [.. ReaderDescription.TypedGetters, .. isRaw ? ReaderDescription.RawGetters : []],
                cancellationToken);
        }

        async Task<IReadOnlyList<string>> MoreAsync(DbConnection connection)
        {
            await using DbCommand command = connection.CreateCommand();
            command.CommandText = sql;
            object? scalar = async ? await command.ExecuteScalarAsync(cancellationToken) : command.ExecuteScalar();
            return [.. others(connection).Prepend(scalar).Select(ReaderDescription.Show)];
        }

        IReadOnlyList<string> rows = await ReadAsync(live), more = await MoreAsync(live);
        using DbReadScope scope = DbReadScope.BeginWithFallbackCache(_minute);
        Assert.Empty(ReaderDescription.Lost(rows, await ReadAsync(guarded)));
        Assert.Equal(more, await MoreAsync(guarded));
        Assert.Null(scope.Latest);
        guarded.Guard.Isolate("the test");
        Assert.Empty(ReaderDescription.Lost(rows, await ReadAsync(guarded)));
        Assert.Equal(more, await MoreAsync(guarded));
        Assert.Equal(DbReadSource.Cache, scope.Oldest?.Source);
    }
}
