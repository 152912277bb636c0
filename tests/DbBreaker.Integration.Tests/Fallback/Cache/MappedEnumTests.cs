using System.Data.Common;
using Dapper;
using DbBreaker.TestKit;
using DbBreaker.TestKit.Reading;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Npgsql.NameTranslation;
using NpgsqlTypes;

namespace DbBreaker.Integration.Tests.Fallback.Cache;

/// <summary>Enums that Npgsql maps come back as what they were.</summary>
public sealed class MappedEnumTests(MoodServer server) : IClassFixture<MoodServer>
{
    private static readonly TimeSpan _minute = TimeSpan.FromMinutes(1);

    public static IReadOnlyDictionary<string, Func<DbDataReader, object?>[]> Values { get; } =
        new Dictionary<string, Func<DbDataReader, object?>[]>
        {
            ["'so_happy'::mood"] =
            [
                r => r.GetFieldValue<Mood>(0), r => r.GetFieldValue<Mood?>(0), r => r.GetFieldValue<object>(0),
                r => r.GetString(0), r => r.GetFieldValue<string>(0), r => r.GetStream(0), r => r.GetInt32(0),
                r => r.GetFieldValue<Mood[]>(0), r => r.GetFieldValue<DayOfWeek>(0), r => r.GetFieldValue<byte[]>(0),
            ],
            ["'sad'::mood"] = [r => r.GetFieldValue<Mood>(0), r => r.GetString(0)],
            ["NULL::mood"] = [r => r.GetFieldValue<Mood?>(0), r => r.GetFieldValue<Mood>(0)],
            ["ARRAY['sad','odd']::mood[]"] =
            [
                r => r.GetFieldValue<Mood[]>(0), r => r.GetFieldValue<Mood?[]>(0), r => r.GetFieldValue<List<Mood>>(0),
                r => r.GetFieldValue<List<Mood?>>(0), r => r.GetFieldValue<Mood>(0), r => r.GetString(0),
            ],
            ["ARRAY[]::mood[]"] = [r => r.GetFieldValue<Mood[]>(0)],
        };

    public static TheoryData<string, bool> Cases =>
        [.. from sql in Values.Keys from asIs in (bool[])[false, true] select (sql, asIs)];

    [Theory, MemberData(nameof(Cases))]
    public async Task A_value_is_restored_in_every_form_whatever_names_the_mapping_gives(string sql, bool asIs)
    {
        // The same members under other labels, by a translator of the application's own.
        if (asIs) sql = sql.Replace("so_happy", "SoHappy", StringComparison.Ordinal).Replace("mood", "mood_as_is",
            StringComparison.Ordinal).Replace("odd", "Odd", StringComparison.Ordinal);
        await using GuardedDbDataSource source = server.Guard(asIs);
        IReadOnlyList<string> live = await Describe(source.Inner, sql), recorded = await Describe(source, sql);
        source.Guard.Isolate("the test");
        Assert.Equal(live, recorded);
        using DbReadScope scope = DbReadScope.Begin();
        Assert.Equal(live, await Describe(source, sql));
        Assert.Equal(DbReadSource.Cache, scope.Latest?.Source);
    }

    [Fact]
    public async Task Dapper_gets_them_as_enums_and_as_texts()
    {
        await using GuardedDbDataSource source = server.Guard(asIs: false);
        await using DbConnection connection = await source.OpenConnectionAsync(Token);
        async Task<string> Ask()
        {
            using DbReadScope scope = DbReadScope.BeginWithFallbackCache(_minute);
            var rows = await connection.QueryAsync<Feeling>(
                """SELECT "Id", "Mood", "Maybe", "Days" FROM "Feelings" ORDER BY "Id" """);
            var texts = await connection.QueryAsync<string>("""SELECT "Mood" FROM "Feelings" ORDER BY "Id" """);
            var one = await connection.ExecuteScalarAsync<Mood>("""SELECT "Mood" FROM "Feelings" WHERE "Id" = 2""");
            return System.Text.Json.JsonSerializer.Serialize(new { rows, texts, one });
        }

        string live = await Ask();
        source.Guard.Isolate("the test");
        Assert.Equal(live, await Ask());
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task EF_Core_materializes_them(bool async)
    {
        await using MoodContext context = server.Context();
        IQueryable<Feeling> query = context.Feelings.AsNoTracking().WithFallbackCache(_minute).OrderBy(f => f.Id);
        async Task<string> Ask() => System.Text.Json.JsonSerializer.Serialize(
            async ? await query.ToListAsync(Token) : query.ToList());
        string live = await Ask();
        Assert.Contains("[0,1]", live, StringComparison.Ordinal);
        context.Database.GetGuard().Isolate("the test");
        Assert.Equal(live, await Ask());
    }

    [Theory, InlineData("ARRAY['sad',NULL]::mood[]"), InlineData("ARRAY[ARRAY['sad']]::mood[]")]
    public async Task Arrays_with_nulls_or_more_dimensions_are_not_kept(string sql)
    {
        await using GuardedDbDataSource source = server.Guard(asIs: false);
        await using GuardedDbConnection connection = (GuardedDbConnection)await source.OpenConnectionAsync(Token);
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT 7, {sql}";
        command.WithFallbackCache(_minute);
        Assert.Equal(7, await command.ExecuteScalarAsync(Token));
        source.Guard.Isolate("the test");
        var rejection = await Assert.ThrowsAsync<DbCircuitOpenException>(() => command.ExecuteScalarAsync(Token));
        Assert.Contains("cache has no rows of it", rejection.Message, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<string>> Describe(DbDataSource source, string sql)
    {
        using DbReadScope scope = DbReadScope.BeginWithFallbackCache(_minute);
        await using DbCommand command = source.CreateCommand($"SELECT {sql} AS \"Value\", 1 AS two");
        await using DbDataReader reader = await command.ExecuteReaderAsync(Token);
        return await ReaderDescription.OfAsync(reader, Values.GetValueOrDefault(sql) ??
            [r => r.GetFieldValue<Mood>(0), r => r.GetString(0), r => r.GetFieldValue<List<Mood>>(0)], Token);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}

public enum Mood
{
    SoHappy,

    [PgName("sad")]
    Blue,

    Odd,
}

internal sealed class Feeling
{
    public int Id { get; set; }

    public Mood Mood { get; set; }

    public Mood? Maybe { get; set; }

    public Mood[] Days { get; set; } = [];

    public List<Mood> Nights { get; set; } = [];
}

internal sealed class MoodContext(DbContextOptions<MoodContext> options) : DbContext(options)
{
    public DbSet<Feeling> Feelings => Set<Feeling>();
}

/// <summary>A database with a table of moods.</summary>
public sealed class MoodServer : IAsyncLifetime
{
    private readonly ServiceProvider _services =
        new ServiceCollection().AddSingleton(new DbGuardRegistry()).BuildServiceProvider();

    private string _connectionString = "";

    public async ValueTask InitializeAsync()
    {
        _connectionString = (await (await PostgresServer.FindAsync()).CreateDatabaseAsync()).ConnectionString;
        await using MoodContext context = Context();
        await context.Database.EnsureCreatedAsync();
        await context.Database.ExecuteSqlRawAsync("CREATE TYPE mood_as_is AS ENUM ('SoHappy', 'sad', 'Odd')");
        context.AddRange(
            new Feeling { Mood = Mood.SoHappy, Maybe = Mood.Odd, Days = [Mood.SoHappy, Mood.Blue] },
            new Feeling { Mood = Mood.Blue, Nights = [Mood.Odd] });
        await context.SaveChangesAsync();
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    internal MoodContext Context() => new(
        new DbContextOptionsBuilder<MoodContext>().UseApplicationServiceProvider(_services)
            .UseNpgsql(_connectionString, o => o.MapEnum<Mood>())
            .AddCircuitBreaker(guard => guard.FallbackToCache()).Options);

    internal GuardedDbDataSource Guard(bool asIs)
    {
        var builder = new NpgsqlDataSourceBuilder(_connectionString);
        if (asIs) builder.MapEnum<Mood>("mood_as_is", new NpgsqlNullNameTranslator());
        else builder.MapEnum<Mood>("mood");
        return new GuardedDbDataSource(
            builder.Build(),
            new DbBreaker.Data.GuardBinding(new DbGuardRegistry(), null, guard => guard.FallbackToCache()));
    }
}
