using DbBreaker.TestKit;
using MySqlConnector;

namespace DbBreaker.MySqlConnector.Tests;

/// <summary>What it means when no connection can be had.</summary>
public sealed class OpeningTests : IAsyncLifetime
{
    private readonly MySqlConnectorAdapter _adapter = new();
    private MariaDbServer _server = null!;
    private FaultProxy _proxy = null!;
    private string _throughProxy = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await MariaDbServer.FindAsync();
        _proxy = FaultProxy.Start("127.0.0.1", _server.Port);
        _throughProxy = With(settings => settings.Port = (uint)_proxy.Port);
    }

    public ValueTask DisposeAsync() => _proxy.DisposeAsync();

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_refused_connection_is_unavailable(bool async)
    {
        _proxy.RefuseNew();
        DbFailure failure = await OpenAsync(_throughProxy, async);
        Assert.Equal(MySqlErrorCode.UnableToConnectToHost, Assert.IsType<MySqlException>(failure.Exception).ErrorCode);
        Assert.Equal(DbFailureKind.Unavailable, failure.Kind());
        Assert.True(failure.IsFailure());
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task An_unknown_host_is_unavailable(bool async)
    {
        DbFailure failure = await OpenAsync(With(settings => settings.Server = "no-such-host.invalid"), async);
        Assert.Equal(DbFailureKind.Unavailable, failure.Kind());
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_silent_host_times_out(bool async)
    {
        _proxy.Silence();
        DbFailure failure = await OpenAsync(_throughProxy + ";Connection Timeout=1", async);
        Assert.Equal(MySqlErrorCode.UnableToConnectToHost, Assert.IsType<MySqlException>(failure.Exception).ErrorCode);
        Assert.Equal(DbFailureKind.Timeout, failure.Kind());
        Assert.True(failure.IsFailure());
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_host_that_hangs_up_is_unavailable(bool async)
    {
        Task armed = _proxy.ResetAfterBytes(10);
        DbFailure failure = await OpenAsync(_throughProxy + ";Connection Timeout=2", async);
        await armed;
        Assert.Equal(DbFailureKind.Unavailable, failure.Kind());
    }

    [Fact]
    public async Task A_token_is_no_evidence_even_when_the_driver_heeds_it_late()
    {
        _proxy.Silence();
        using CancellationTokenSource cancel = new(TimeSpan.FromMilliseconds(200));
        await using MySqlConnection connection = new(_throughProxy + ";Connection Timeout=2");
        DbFailure failure = await Observed.FailedOpenAsync(connection, async: true, cancel);
        Assert.IsAssignableFrom<OperationCanceledException>(failure.Exception);
        Assert.Equal(DbFailureKind.Cancelled, failure.Kind());
        Assert.False(failure.IsFailure());
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_refused_login_is_an_answer(bool async)
    {
        DbFailure password = await OpenAsync(With(settings => settings.Password = "wrong"), async);
        Assert.Equal(MySqlErrorCode.AccessDenied, Assert.IsType<MySqlException>(password.Exception).ErrorCode);
        Assert.Equal(DbFailureKind.Answered, password.Kind());
        DbFailure database = await OpenAsync(With(settings => settings.Database = "nowhere"), async);
        Assert.Equal(MySqlErrorCode.UnknownDatabase, Assert.IsType<MySqlException>(database.Exception).ErrorCode);
        Assert.Equal(DbFailureKind.Answered, database.Kind());
        Assert.True(_adapter.IsProbeAnswered(database));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_server_without_the_tls_that_is_asked_for_has_answered(bool async)
    {
        DbFailure failure = await OpenAsync(With(settings => settings.SslMode = MySqlSslMode.Required), async);
        Assert.Equal(MySqlErrorCode.UnableToConnectToHost, Assert.IsType<MySqlException>(failure.Exception).ErrorCode);
        Assert.Equal(DbFailureKind.Answered, failure.Kind());
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_full_server_is_saturated(bool async)
    {
        string user = $"limited{async}";
        await using MySqlConnection admin = new(_server.ConnectionString);
        await Observed.OpenAsync(admin, async);
        await Observed.ScalarAsync(
            admin, $"CREATE OR REPLACE USER {user} IDENTIFIED BY 'secret' WITH MAX_USER_CONNECTIONS 1", async);
        await Observed.ScalarAsync(admin, $"GRANT ALL ON *.* TO {user}", async);
        string limited = With(settings =>
        {
            settings.UserID = user;
            settings.Password = "secret";
            settings.Pooling = false;
        });
        await using MySqlConnection holder = new(limited);
        await Observed.OpenAsync(holder, async);
        DbFailure failure = await OpenAsync(limited, async);
        Assert.Equal(DbFailureKind.Saturated, failure.Kind());
        Assert.True(_adapter.IsProbeAnswered(failure));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_full_pool_is_saturated_although_its_code_says_unreachable(bool async)
    {
        string pool = _throughProxy + ";Maximum Pool Size=1;Connection Timeout=1";
        await using MySqlConnection holder = new(pool);
        await Observed.OpenAsync(holder, async);
        DbFailure failure = await OpenAsync(pool, async);
        Assert.Equal(MySqlErrorCode.UnableToConnectToHost, Assert.IsType<MySqlException>(failure.Exception).ErrorCode);
        Assert.Equal(DbFailureKind.Saturated, failure.Kind());
        Assert.False(failure.IsFailure());
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task An_idle_connection_that_was_killed_is_replaced_when_it_is_opened(bool async)
    {
        await using MySqlConnection connection = new(_throughProxy);
        await Observed.OpenAsync(connection, async);
        await connection.CloseAsync();
        _proxy.ResetAll();
        await Observed.OpenAsync(connection, async);
        Assert.Equal(1, Convert.ToInt32(await Observed.ScalarAsync(connection, "SELECT 1", async)));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Opening_twice_is_misuse(bool async)
    {
        await using MySqlConnection connection = new(_server.ConnectionString);
        await Observed.OpenAsync(connection, async);
        Assert.Equal(DbFailureKind.Misuse, (await Observed.FailedOpenAsync(connection, async)).Kind());
    }

    private string With(Action<MySqlConnectionStringBuilder> change)
    {
        MySqlConnectionStringBuilder settings = new(_server.ConnectionString);
        change(settings);
        return settings.ConnectionString;
    }

    private static async Task<DbFailure> OpenAsync(string connectionString, bool async)
    {
        await using MySqlConnection connection = new(connectionString);
        return await Observed.FailedOpenAsync(connection, async);
    }
}
