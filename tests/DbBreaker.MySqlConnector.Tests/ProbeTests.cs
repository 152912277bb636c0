using System.Data.Common;
using DbBreaker.TestKit;
using MySqlConnector;

namespace DbBreaker.MySqlConnector.Tests;

/// <summary>The guard's own connection, and how pools are cleared.</summary>
public sealed class ProbeTests : IAsyncLifetime
{
    private readonly MySqlConnectorAdapter _adapter = new();
    private FaultProxy _proxy = null!;
    private string _connectionString = null!;

    public async ValueTask InitializeAsync()
    {
        MariaDbServer server = await MariaDbServer.FindAsync();
        _proxy = FaultProxy.Start("127.0.0.1", server.Port);
        _connectionString =
            new MySqlConnectionStringBuilder(server.ConnectionString) { Port = (uint)_proxy.Port }.ConnectionString;
    }

    public ValueTask DisposeAsync() => _proxy.DisposeAsync();

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task A_probe_is_answered_also_when_its_model_has_forgotten_the_password(bool opened, bool async)
    {
        await using MySqlConnection connection = new(_connectionString);
        if (opened) await Observed.OpenAsync(connection, async);
        await using DbConnection probe = _adapter.CreateProbeConnection(connection, TimeSpan.FromMilliseconds(750));
        await Observed.OpenAsync(probe, async);
        Assert.Equal(1, Convert.ToInt32(await Observed.ScalarAsync(probe, _adapter.ProbeCommandText, async)));
        MySqlConnectionStringBuilder settings = new(probe.ConnectionString);
        Assert.False(settings.Pooling);
        Assert.Equal(1u, settings.ConnectionTimeout);
        Assert.Equal(1u, settings.DefaultCommandTimeout);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_probe_gives_up_by_itself_while_connecting_and_while_asking(bool async)
    {
        await using MySqlConnection connection = new(_connectionString);
        await using DbConnection asking = _adapter.CreateProbeConnection(connection, TimeSpan.FromMilliseconds(750));
        await Observed.OpenAsync(asking, async);
        _proxy.Silence();
        DbFailure asked = await Observed.FailedScalarAsync(asking, "SELECT 1", async, timeout: 1);
        Assert.True(asked.Elapsed < TimeSpan.FromSeconds(3), $"{asked.Elapsed}");
        Assert.True(asked.IsFailure());

        await using DbConnection probe = _adapter.CreateProbeConnection(connection, TimeSpan.FromMilliseconds(750));
        DbFailure opened = await Observed.FailedOpenAsync(probe, async);
        Assert.True(opened.Elapsed < TimeSpan.FromSeconds(3), $"{opened.Elapsed}");
        Assert.False(_adapter.IsProbeAnswered(opened));
    }

    [Fact]
    public async Task A_probe_of_a_data_source_keeps_its_password_provider_and_not_its_set_up_of_sessions()
    {
        int setUps = 0;
        MySqlConnectionStringBuilder settings = new(_connectionString);
        string password = settings.Password;
        settings.Password = "";
        await using MySqlDataSource dataSource = new MySqlDataSourceBuilder(settings.ConnectionString)
            .UsePeriodicPasswordProvider(
                (_, _) => ValueTask.FromResult(password), TimeSpan.FromHours(1), TimeSpan.FromHours(1))
            .UseConnectionOpenedCallback((_, _) =>
            {
                setUps++;
                return ValueTask.CompletedTask;
            })
            .Build();
        await using MySqlConnection connection = await dataSource.OpenConnectionAsync(
            TestContext.Current.CancellationToken);
        Assert.Equal(1, setUps);
        await using DbConnection probe = _adapter.CreateProbeConnection(connection, TimeSpan.FromSeconds(1));
        await Observed.OpenAsync(probe, async: true);
        Assert.Equal(1, setUps);
    }

    [Fact]
    public async Task Clearing_by_connection_replaces_idle_and_busy_connections()
    {
        await using MySqlConnection idle = new(_connectionString);
        await using MySqlConnection busy = new(_connectionString);
        await AssertClearedAsync(idle, busy, () => _adapter.ClearPool(new MySqlConnection(_connectionString)));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Clearing_a_data_source_replaces_idle_and_busy_connections(bool byConnection)
    {
        await using MySqlDataSource dataSource = new(_connectionString);
        await using MySqlConnection idle = dataSource.CreateConnection();
        await using MySqlConnection busy = dataSource.CreateConnection();
        await AssertClearedAsync(idle, busy, () =>
        {
            if (byConnection) _adapter.ClearPool(busy);
            else Assert.True(_adapter.ClearPool(dataSource));
        });
    }

    [Fact]
    public void A_foreign_data_source_is_left_alone()
    {
        using DbDataSource other = new ForeignDataSource();
        Assert.False(_adapter.ClearPool(other));
    }

    private static async Task AssertClearedAsync(MySqlConnection idle, MySqlConnection busy, Action clear)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        await idle.OpenAsync(token);
        await busy.OpenAsync(token);
        int[] before = [idle.ServerThread, busy.ServerThread];
        await idle.CloseAsync();
        clear();
        Assert.Equal(1, Convert.ToInt32(await Observed.ScalarAsync(busy, "SELECT 1", async: true)));
        await busy.CloseAsync();
        await idle.OpenAsync(token);
        await busy.OpenAsync(token);
        Assert.DoesNotContain(idle.ServerThread, before);
        Assert.DoesNotContain(busy.ServerThread, before);
    }

    private sealed class ForeignDataSource : DbDataSource
    {
        public override string ConnectionString => "";

        protected override DbConnection CreateDbConnection() => throw new NotSupportedException();
    }
}
