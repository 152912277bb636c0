using System.Data;
using DbBreaker.TestKit;
using DbBreaker.TestKit.Tds;
using Microsoft.Data.SqlClient;

namespace DbBreaker.SqlClient.Tests;

/// <summary>What it means when no connection can be had.</summary>
public sealed class OpeningTests : IDisposable
{
    private readonly SqlClientAdapter _adapter = new();
    private readonly TdsServer _server = new();

    private string ShortTimeout => _server.ConnectionString + ";Connect Timeout=1";

    public void Dispose() => _server.Dispose();

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_refused_connection_is_unavailable(bool async)
    {
        _server.Stop();
        DbFailure failure = await OpenAsync(ShortTimeout, async);
        SqlException exception = Assert.IsType<SqlException>(failure.Exception);
        Assert.Equal((0, 20), (exception.Number, exception.Class));
        Assert.Equal(DbFailureKind.Unavailable, failure.Kind());
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task An_unknown_host_is_unavailable(bool async)
    {
        const string Nowhere = "Server=no-such-host.invalid;User ID=app;Password=secret;Connect Timeout=1";
        DbFailure failure = await OpenAsync(Nowhere + ";ConnectRetryCount=0", async);
        Assert.Equal(DbFailureKind.Unavailable, failure.Kind());
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task A_server_that_takes_the_connection_and_is_silent_times_out(bool atLogin, bool async)
    {
        if (atLogin) _server.Login = TdsReply.Silence;
        else _server.PreLogin = TdsReply.Silence;
        DbFailure failure = await OpenAsync(ShortTimeout, async);
        Assert.Equal(SqlClientErrors.Timeout, Assert.IsType<SqlException>(failure.Exception).Number);
        Assert.Equal(DbFailureKind.Timeout, failure.Kind());
        Assert.False(failure.ConnectionSurvived);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task A_server_that_hangs_up_is_unavailable(bool atLogin, bool async)
    {
        if (atLogin) _server.Login = TdsReply.Close;
        else _server.PreLogin = TdsReply.Reset;
        DbFailure failure = await OpenAsync(ShortTimeout, async);
        Assert.Equal(DbFailureKind.Unavailable, failure.Kind());
    }

    [Fact]
    public async Task A_token_ends_the_wait_and_is_no_evidence()
    {
        _server.Login = TdsReply.Silence;
        await using SqlConnection connection = new(_server.ConnectionString);
        using CancellationTokenSource cancel = new(TimeSpan.FromMilliseconds(300));
        DbFailure failure = await Observed.FailedOpenAsync(connection, async: true, cancel);
        Assert.Equal(DbFailureKind.Cancelled, failure.Kind());
        Assert.True(failure.Elapsed < TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData(18456, 14, DbFailureKind.Answered)]
    [InlineData(4060, 11, DbFailureKind.Answered)]
    [InlineData(40615, 14, DbFailureKind.Answered)]
    [InlineData(40613, 14, DbFailureKind.Unavailable)]
    [InlineData(233, 14, DbFailureKind.Unavailable)]
    [InlineData(4221, 14, DbFailureKind.Unavailable)]
    [InlineData(17142, 14, DbFailureKind.Unavailable)]
    [InlineData(10928, 14, DbFailureKind.Saturated)]
    [InlineData(10929, 14, DbFailureKind.Saturated)]
    [InlineData(17809, 20, DbFailureKind.Saturated)]
    public async Task A_refused_login_means_what_its_number_means(int number, byte severity, DbFailureKind kind)
    {
        _server.Login = TdsReply.Error(number, severity);
        foreach (bool async in (bool[])[false, true])
        {
            DbFailure failure = await OpenAsync($"{_server.ConnectionString};Application Name=app {async}", async);
            Assert.Equal(number, Assert.IsType<SqlException>(failure.Exception).Number);
            Assert.Equal(kind, failure.Kind());
            Assert.Equal(kind != DbFailureKind.Unavailable, _adapter.IsProbeAnswered(failure));
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_full_pool_is_saturated(bool async)
    {
        string pool = ShortTimeout + ";Max Pool Size=1";
        await using SqlConnection holder = new(pool);
        await Observed.OpenAsync(holder, async);
        DbFailure failure = await OpenAsync(pool, async);
        Assert.IsType<InvalidOperationException>(failure.Exception);
        Assert.Equal(DbFailureKind.Saturated, failure.Kind());
    }

    /// <summary>The same exception as a full pool's while nothing is in use (dotnet/SqlClient#2025): it cannot be told
    /// apart, so it must not open the circuit; that the opens hang is what shows the outage.</summary>
    [Fact]
    public async Task A_dead_server_behind_a_pool_that_never_blocks_looks_saturated_to_most_callers()
    {
        _server.PreLogin = TdsReply.Silence;
        string pool = ShortTimeout + ";PoolBlockingPeriod=NeverBlock";
        DbFailure[] failures = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => OpenAsync(pool, async: false)));
        Assert.Contains(failures, failure => failure.Kind() == DbFailureKind.Timeout);
        Assert.Contains(failures, failure => failure.Kind() == DbFailureKind.Saturated);
        Assert.All(failures, failure => Assert.False(failure.ConnectionSurvived));
    }

    /// <summary>SqlClient 7.1.0 fails them at once with the pool's timeout (dotnet/SqlClient#4714).</summary>
    [Fact]
    public async Task An_open_that_is_under_way_while_its_pool_is_cleared_is_no_evidence()
    {
        string pool = _server.ConnectionString + ";Max Pool Size=1";
        await using SqlConnection holder = new(pool);
        await holder.OpenAsync(TestContext.Current.CancellationToken);
        await using SqlConnection waiter = new(pool);

        // On this thread: when the call comes back, the open is in the pool's queue.
        Task opening = waiter.OpenAsync(TestContext.Current.CancellationToken);
        Assert.False(opening.IsCompleted);
        _adapter.ClearPool(holder);
        DbFailure failure = await Observed.FailureAsync(waiter, DbPhase.Opening, () => opening);
        Assert.IsType<InvalidOperationException>(failure.Exception);
        Assert.Equal(DbFailureKind.Misuse, failure.Kind());
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Opening_twice_is_misuse(bool async)
    {
        await using SqlConnection connection = new(_server.ConnectionString);
        await Observed.OpenAsync(connection, async);
        DbFailure failure = await Observed.FailedOpenAsync(connection, async);
        Assert.Equal(DbFailureKind.Misuse, failure.Kind());
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task An_idle_connection_that_was_killed_is_replaced_when_it_is_opened(bool async)
    {
        await using SqlConnection connection = new(_server.ConnectionString);
        await Observed.OpenAsync(connection, async);
        await connection.CloseAsync();
        _server.HangUp();

        // The pool looks at a connection again when it was last looked at more than some milliseconds ago.
        await Eventually.BecomesTrueAsync(
            async _ =>
            {
                await connection.CloseAsync();
                await Observed.OpenAsync(connection, async);
                return _server.Logins > 1;
            },
            TimeSpan.FromSeconds(30),
            "the pool finds out",
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((ConnectionState.Open, 2), (connection.State, _server.Logins));
    }

    private static async Task<DbFailure> OpenAsync(string connectionString, bool async)
    {
        await using SqlConnection connection = new(connectionString);
        return await Observed.FailedOpenAsync(connection, async);
    }
}
