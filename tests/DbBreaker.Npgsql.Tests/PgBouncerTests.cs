using DbBreaker.TestKit;
using Npgsql;
using static DbBreaker.DbFailureKind;

namespace DbBreaker.Npgsql.Tests;

/// <summary>PgBouncer's own errors, from a real one.</summary>
public sealed class PgBouncerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pooler_whose_server_died_is_unavailable_for_the_busy_and_for_the_next()
    {
        await RequireAsync();
        await using PostgresServer server = await PostgresServer.StartAsync(cancellationToken: Token);
        await using PgBouncer bouncer =
            await StartAsync(server, ("server_login_retry", "5"), ("query_wait_timeout", "3"));
        await using NpgsqlConnection busy = await OpenAsync(bouncer);
        Task<Verdict> running = Verdict.OfCommandAsync(busy, "SELECT pg_sleep(60)", isAsync: true);
        await Eventually.BecomesTrueAsync(
            async token => await server.ScalarAsync<long>(
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)' AND state = 'active'",
                token) > 0,
            TimeSpan.FromSeconds(10), "the query runs", cancellationToken: Token);

        await server.KillAsync(Token);
        (await running).Is(Unavailable, isFailure: true);

        // The pooler notices at the first login it tries, and turns clients away at once from then on.
        // It knows the users and lets them in all the same: an open proves nothing.
        Verdict? next = null;
        await Eventually.BecomesTrueAsync(
            async _ =>
            {
                await using NpgsqlConnection connection = await OpenAsync(bouncer);
                next = await Verdict.OfCommandAsync(connection, "SELECT 1", isAsync: true);
                return next.Failure.Exception.Message.Contains("server_login_retry", StringComparison.Ordinal);
            },
            TimeSpan.FromSeconds(20), "the pooler says that the server is gone", cancellationToken: Token);
        next!.Is(Unavailable, isFailure: true);
        Assert.False(new NpgsqlAdapter().IsProbeAnswered(next.Failure));
    }

    [Fact]
    public async Task A_full_pooler_is_saturated()
    {
        await RequireAsync();
        PostgresServer server = await PostgresServer.FindAsync();
        await using PgBouncer bouncer = await StartAsync(server, ("max_client_conn", "1"));
        NpgsqlConnection? holder = null;
        await Eventually.BecomesTrueAsync(
            async _ => (holder = await OpenAsync(bouncer)) is not null,
            TimeSpan.FromSeconds(10), "the one place is free", cancellationToken: Token);
        await using NpgsqlConnection held = holder!;

        Verdict verdict = await NextAsync(bouncer);

        verdict.Is(Saturated, isFailure: false);
        Assert.True(new NpgsqlAdapter().IsProbeAnswered(verdict.Failure));
    }

    [Fact]
    public async Task Waiting_too_long_for_a_server_connection_is_saturated()
    {
        await RequireAsync();
        PostgresServer server = await PostgresServer.FindAsync();
        await using PgBouncer bouncer =
            await StartAsync(server, ("default_pool_size", "1"), ("query_wait_timeout", "1"));
        await using NpgsqlConnection holder = await OpenAsync(bouncer);
        await using NpgsqlConnection waiter = await OpenAsync(bouncer);
        await using NpgsqlTransaction transaction = await holder.BeginTransactionAsync(Token);
        await using NpgsqlCommand hold = new("SELECT 1", holder);
        await hold.ExecuteNonQueryAsync(Token);

        (await Verdict.OfCommandAsync(waiter, "SELECT 1", isAsync: true)).Is(Saturated, isFailure: false);
    }

    [Theory]
    [InlineData("Password", "wrong")]
    [InlineData("Username", "nobody")]
    public async Task A_login_that_the_pooler_refuses_is_an_answer(string keyword, string value)
    {
        await RequireAsync();
        await using PgBouncer bouncer = await StartAsync(await PostgresServer.FindAsync());
        NpgsqlConnectionStringBuilder builder = new(bouncer.ConnectionString) { Pooling = false, [keyword] = value };
        await using NpgsqlConnection connection = new(builder.ConnectionString);

        (await Verdict.OfOpenAsync(connection, isAsync: true)).Is(Answered, isFailure: false);
    }

    private static async Task RequireAsync() => Assert.SkipUnless(
        await PgBouncer.TryInstallAsync(Token), "pgbouncer is not on this machine and cannot be installed.");

    private static Task<PgBouncer> StartAsync(PostgresServer server, params (string Name, string Value)[] settings) =>
        PgBouncer.StartAsync(
            server, new PgBouncerOptions { Settings = settings.ToDictionary(s => s.Name, s => s.Value) }, Token);

    private static async Task<Verdict> NextAsync(PgBouncer bouncer)
    {
        await using NpgsqlConnection connection = new(Unpooled(bouncer));
        return await Verdict.OfOpenAsync(connection, isAsync: true);
    }

    private static async Task<NpgsqlConnection> OpenAsync(PgBouncer bouncer)
    {
        NpgsqlConnection connection = new(Unpooled(bouncer));
        await connection.OpenAsync(Token);
        return connection;
    }

    private static string Unpooled(PgBouncer bouncer) =>
        new NpgsqlConnectionStringBuilder(bouncer.ConnectionString) { Pooling = false }.ConnectionString;
}
