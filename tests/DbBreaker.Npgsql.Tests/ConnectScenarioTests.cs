using System.Net;
using System.Net.Sockets;
using DbBreaker.TestKit;
using Npgsql;
using static DbBreaker.DbFailureKind;

namespace DbBreaker.Npgsql.Tests;

/// <summary>Failures of an open, each from a real server or a real lack of one, sync and async.</summary>
public sealed class ConnectScenarioTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_refused_port_is_unavailable(bool isAsync) =>
        (await OpenAsync($"Host=127.0.0.1;Port={ClosedPort()};Username=x;Pooling=false", isAsync))
            .Is(Unavailable, isFailure: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_unknown_host_is_unavailable(bool isAsync) =>
        (await OpenAsync("Host=no-such-host.invalid;Username=x;Pooling=false", isAsync))
            .Is(Unavailable, isFailure: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_port_that_accepts_and_says_nothing_runs_out_of_time(bool isAsync)
    {
        using TcpListener listener = Listen();
        // With Prefer, the default, a synchronous open to a silent port now and then outlives every timeout.
        string silent = $"Host=127.0.0.1;Port={PortOf(listener)};Username=x;Pooling=false;Timeout=1;SSL Mode=Disable";

        (await OpenAsync(silent, isAsync)).Is(DbFailureKind.Timeout, isFailure: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_port_that_accepts_and_closes_is_unavailable(bool isAsync)
    {
        using TcpListener listener = Listen();
        using CancellationTokenSource over = new();
        Task closing = CloseAllAsync(listener, over.Token);

        (await OpenAsync($"Host=127.0.0.1;Port={PortOf(listener)};Username=x;Pooling=false;SSL Mode=Disable", isAsync))
            .Is(Unavailable, isFailure: true);

        await over.CancelAsync();
        await closing;
    }

    [Theory]
    [InlineData("Password", "wrong", true)]
    [InlineData("Password", "wrong", false)]
    [InlineData("Username", "nobody", true)]
    [InlineData("Database", "no_such_database", true)]
    [InlineData("Database", "no_such_database", false)]
    [InlineData("Password", "", true)]
    [InlineData("SSL Mode", "Require", true)]
    [InlineData("SSL Mode", "Require", false)]
    public async Task A_login_that_a_server_refuses_is_an_answer(string keyword, string value, bool isAsync)
    {
        NpgsqlConnectionStringBuilder builder = await NewBuilderAsync();
        builder.Pooling = false;
        if (value.Length > 0) builder[keyword] = value;
        else builder.Remove(keyword);

        (await OpenAsync(builder.ConnectionString, isAsync)).Is(Answered, isFailure: false);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_exhausted_pool_is_saturated(bool isAsync)
    {
        await using NpgsqlDataSource source = await NewSourceAsync(maxPoolSize: 1);
        await using NpgsqlConnection holder = await source.OpenConnectionAsync(Token);
        await using NpgsqlConnection waiter = source.CreateConnection();

        (await Verdict.OfOpenAsync(waiter, isAsync)).Is(Saturated, isFailure: false);
    }

    [Fact]
    public async Task A_wait_for_the_pool_that_the_caller_gives_up_is_cancelled()
    {
        await using NpgsqlDataSource source = await NewSourceAsync(maxPoolSize: 1);
        await using NpgsqlConnection holder = await source.OpenConnectionAsync(Token);
        await using NpgsqlConnection waiter = source.CreateConnection();
        using CancellationTokenSource soon = new(TimeSpan.FromMilliseconds(100));

        (await Verdict.OfOpenAsync(waiter, isAsync: true, soon)).Is(Cancelled, isFailure: false);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_disposed_data_source_is_misuse(bool isAsync)
    {
        NpgsqlDataSource source = await NewSourceAsync(maxPoolSize: 1);
        await using NpgsqlConnection connection = source.CreateConnection();
        await source.DisposeAsync();

        (await Verdict.OfOpenAsync(connection, isAsync)).Is(Misuse, isFailure: false);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_password_provider_that_fails_is_no_evidence_against_the_server(bool isAsync)
    {
        NpgsqlConnectionStringBuilder builder = await NewBuilderAsync();
        builder.Remove("Password");
        NpgsqlDataSourceBuilder sourceBuilder = new(builder.ConnectionString);
        SocketException tokenServiceDown = new((int)SocketError.ConnectionRefused);
        sourceBuilder.UsePasswordProvider(_ => throw tokenServiceDown, (_, _) => throw tokenServiceDown);
        await using NpgsqlDataSource source = sourceBuilder.Build();
        await using NpgsqlConnection connection = source.CreateConnection();

        (await Verdict.OfOpenAsync(connection, isAsync)).Is(Misuse, isFailure: false);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task All_hosts_down_is_unavailable_the_first_time_and_from_the_driver_s_memory(bool isAsync)
    {
        string hosts = $"127.0.0.1:{ClosedPort()},127.0.0.1:{ClosedPort()}";
        await using NpgsqlDataSource source = NpgsqlDataSource.Create($"Host={hosts};Username=x");
        await using NpgsqlConnection connection = source.CreateConnection();

        Verdict first = await Verdict.OfOpenAsync(connection, isAsync);
        Verdict remembered = await Verdict.OfOpenAsync(connection, isAsync);

        first.Is(Unavailable, isFailure: true);
        Assert.IsType<AggregateException>(first.Failure.Exception.InnerException);
        remembered.Is(Unavailable, isFailure: true);
        Assert.Null(remembered.Failure.Exception.InnerException);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Exhausted_pools_of_all_hosts_are_saturated(bool isAsync)
    {
        NpgsqlConnectionStringBuilder builder = await NewBuilderAsync();
        builder.Host = $"{builder.Host}:{builder.Port},{builder.Host}:{builder.Port}";
        builder.MaxPoolSize = 1;
        builder.Timeout = 1;
        await using NpgsqlMultiHostDataSource source =
            new NpgsqlDataSourceBuilder(builder.ConnectionString).BuildMultiHost();
        await using NpgsqlConnection one = await source.OpenConnectionAsync(Token);
        await using NpgsqlConnection two = await source.OpenConnectionAsync(Token);
        await using NpgsqlConnection waiter = source.CreateConnection();

        (await Verdict.OfOpenAsync(waiter, isAsync)).Is(Saturated, isFailure: false);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_without_a_free_connection_is_saturated(bool isAsync)
    {
        PostgresServer server = await PostgresServer.FindAsync();
        string role = $"small_{Guid.NewGuid():N}";
        await server.ExecuteAsync($"CREATE ROLE {role} LOGIN PASSWORD 'p' CONNECTION LIMIT 0", Token);
        NpgsqlConnectionStringBuilder builder = server.CreateBuilder();
        (builder.Username, builder.Password, builder.Pooling) = (role, "p", false);

        Verdict verdict = await OpenAsync(builder.ConnectionString, isAsync);
        await server.ExecuteAsync($"DROP ROLE {role}", Token);

        verdict.Is(Saturated, isFailure: false);
        Assert.True(new NpgsqlAdapter().IsProbeAnswered(verdict.Failure));
    }

    private static async Task<Verdict> OpenAsync(string text, bool isAsync)
    {
        await using NpgsqlConnection connection = new(text);
        return await Verdict.OfOpenAsync(connection, isAsync);
    }

    private static async Task<NpgsqlConnectionStringBuilder> NewBuilderAsync() =>
        (await PostgresServer.FindAsync()).CreateBuilder();

    private static async Task<NpgsqlDataSource> NewSourceAsync(int maxPoolSize)
    {
        NpgsqlConnectionStringBuilder builder = await NewBuilderAsync();
        (builder.MaxPoolSize, builder.Timeout) = (maxPoolSize, 1);
        return NpgsqlDataSource.Create(builder);
    }

    private static TcpListener Listen()
    {
        TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    private static int ClosedPort()
    {
        using TcpListener listener = Listen();
        return PortOf(listener);
    }

    private static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    private static async Task CloseAllAsync(TcpListener listener, CancellationToken over)
    {
        try
        {
            while (true) (await listener.AcceptSocketAsync(over)).Dispose();
        }
        catch (OperationCanceledException)
        {
            // The test has seen what it wanted.
        }
    }
}
