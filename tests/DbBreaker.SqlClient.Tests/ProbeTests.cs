using System.Data.Common;
using System.Security;
using DbBreaker.TestKit;
using DbBreaker.TestKit.Tds;
using Microsoft.Data.SqlClient;

namespace DbBreaker.SqlClient.Tests;

/// <summary>The guard's own connection, and how the pool is cleared.</summary>
public sealed class ProbeTests : IDisposable
{
    private readonly SqlClientAdapter _adapter = new();
    private readonly TdsServer _server = new();

    public void Dispose() => _server.Dispose();

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_probe_is_answered_by_the_server_while_the_pool_still_repeats_its_error(bool async)
    {
        string pool = _server.ConnectionString + ";Connect Timeout=1";
        _server.Stop();
        await using SqlConnection connection = new(pool);
        await Observed.FailedOpenAsync(connection, async);
        _server.Start();
        Assert.Equal(DbFailureKind.Unavailable, (await Observed.FailedOpenAsync(connection, async)).Kind());

        await using SqlConnection prototype = new(pool);
        await using DbConnection probe = _adapter.CreateProbeConnection(prototype, TimeSpan.FromMilliseconds(750));
        await Observed.OpenAsync(probe, async);
        Assert.Equal(1, await Observed.ScalarAsync(probe, _adapter.ProbeCommandText, async));

        // Clearing ends the blocking period: the next caller need not wait for its five seconds.
        _adapter.ClearPool(connection);
        await Observed.OpenAsync(connection, async);
        Assert.Equal(1, await Observed.ScalarAsync(connection, "SELECT 1", async));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_probe_gives_up_by_itself(bool async)
    {
        _server.Freeze();
        await using SqlConnection connection = new(_server.ConnectionString);
        await using DbConnection probe = _adapter.CreateProbeConnection(connection, TimeSpan.FromMilliseconds(750));
        DbFailure failure = await Observed.FailedOpenAsync(probe, async);
        Assert.Equal(DbFailureKind.Timeout, failure.Kind());
        Assert.True(failure.Elapsed < TimeSpan.FromSeconds(3), $"{failure.Elapsed}");
        Assert.False(_adapter.IsProbeAnswered(failure));
    }

    [Fact]
    public async Task A_probe_leaves_no_connection_behind_and_takes_none_from_the_pool()
    {
        string pool = _server.ConnectionString + ";Max Pool Size=1;Connect Timeout=1";
        await using SqlConnection holder = new(pool);
        await holder.OpenAsync(TestContext.Current.CancellationToken);
        await using SqlConnection connection = new(pool);
        await using (DbConnection probe = _adapter.CreateProbeConnection(connection, TimeSpan.FromSeconds(1)))
        {
            await Observed.OpenAsync(probe, async: true);
            Assert.Equal(2, _server.Connections);
        }

        for (int i = 0; i < 100 && _server.Connections > 1; i++)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.Equal(1, _server.Connections);
    }

    [Fact]
    public void A_probe_keeps_credential_token_and_callback()
    {
        using SecureString password = new();
        password.AppendChar('s');
        password.MakeReadOnly();
        using SqlConnection credential = new("Server=db1", new SqlCredential("app", password));
        using SqlConnection token = new("Server=db1") { AccessToken = "token" };
        SqlAuthenticationToken given = new("token", DateTimeOffset.MaxValue);
        using SqlConnection callback = new("Server=db1") { AccessTokenCallback = (_, _) => Task.FromResult(given) };
        Assert.Equal("app", Probe(credential).Credential?.UserId);
        Assert.Equal("token", Probe(token).AccessToken);
        Assert.Same(callback.AccessTokenCallback, Probe(callback).AccessTokenCallback);
    }

    [Fact]
    public void A_probe_is_short_and_unpooled_and_keeps_everything_else()
    {
        using SqlConnection connection = new("Server=db1;User ID=app;Password=secret;Encrypt=Strict;Packet Size=4096");
        SqlConnectionStringBuilder settings = new(Probe(connection).ConnectionString);
        Assert.False(settings.Pooling);
        Assert.False(settings.Enlist);
        Assert.Equal((1, 1, 0), (settings.ConnectTimeout, settings.CommandTimeout, settings.ConnectRetryCount));
        Assert.Equal(SqlConnectionEncryptOption.Strict, settings.Encrypt);
        Assert.Equal((4096, "secret"), (settings.PacketSize, settings.Password));
    }

    [Fact]
    public async Task A_connection_that_has_forgotten_its_password_makes_no_probe()
    {
        await using SqlConnection connection = new(_server.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        NotSupportedException error = Assert.Throws<NotSupportedException>(() => Probe(connection));
        Assert.Contains("Persist Security Info", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cleared_pool_closes_idle_connections_at_once_and_busy_ones_when_they_are_returned()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        await using SqlConnection idle = new(_server.ConnectionString);
        await using SqlConnection busy = new(_server.ConnectionString);
        await idle.OpenAsync(token);
        await busy.OpenAsync(token);
        await idle.CloseAsync();
        _adapter.ClearPool(new SqlConnection(_server.ConnectionString));
        Assert.Equal(1, await Observed.ScalarAsync(busy, "SELECT 1", async: true));
        await busy.CloseAsync();
        await idle.OpenAsync(token);
        await busy.OpenAsync(token);
        Assert.Equal(4, _server.Logins);
    }

    private SqlConnection Probe(SqlConnection connection) =>
        (SqlConnection)_adapter.CreateProbeConnection(connection, TimeSpan.FromMilliseconds(750));
}
