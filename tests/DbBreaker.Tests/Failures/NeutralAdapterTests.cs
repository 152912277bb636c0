using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace DbBreaker.Tests.Failures;

public sealed class NeutralAdapterTests
{
    private readonly NeutralAdapter _adapter = NeutralAdapter.Instance;

    [Fact]
    public void Order_and_case_of_keywords_make_no_other_guard()
    {
        DbEndpoint first = Describe("Server=db1;Database=orders;User Id=app;Max Pool Size=20;Password=hush");

        Assert.Equal(first.Key, Describe("max pool size=20;PASSWORD=other;user id=app;DATABASE=orders;Server=db1").Key);
        Assert.NotEqual(first.Key, Describe("Server=db2;Database=orders;User Id=app;Max Pool Size=20").Key);
        Assert.NotEqual(first.Key, Describe("Server=db1;Database=orders;User Id=other;Max Pool Size=20").Key);
    }

    [Theory]
    [InlineData("Password")]
    [InlineData("PWD")]
    [InlineData("Access Token")]
    [InlineData("SSL_Password")]
    [InlineData("AccountKey")]
    [InlineData("Client Secret")]
    public void No_secret_gets_into_an_endpoint(string keyword)
    {
        DbEndpoint endpoint = Describe($"Server=db1;{keyword}=hush");

        Assert.DoesNotContain("hush", endpoint.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_shown_names_server_and_database_and_nobody() =>
        Assert.Equal("fakedb://db1/orders", Describe("Server=db1;User Id=app").DisplayName);

    [Theory]
    [InlineData("Server=x;Max Pool Size=20", 20)]
    [InlineData("Server=x;MaximumPoolSize=7", 7)]
    [InlineData("Server=x;Max Pool Size=20;Pooling=False", null)]
    [InlineData("Server=x;Max Pool Size=none", null)]
    [InlineData("Server=x", null)]
    public void The_pool_s_maximum_is_read_where_the_string_has_one(string text, int? expected) =>
        Assert.Equal(expected, Describe(text).MaxPoolSize);

    [Theory]
    [InlineData("", "has no connection string")]
    [InlineData("   ", "has no connection string")]
    [InlineData("hush", "cannot be read")]
    [InlineData("Server='hush", "cannot be read")]
    public void A_string_that_cannot_be_read_is_refused_without_being_shown(string text, string reason)
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(() => Describe(text));

        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(FakeDbConnection), exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_probe_is_made_by_the_driver_s_factory_without_a_pool()
    {
        FakeDbConnection connection = new("Data Source=a.db;Pooling=True", SqliteFactory.Instance);

        using DbConnection probe = _adapter.CreateProbeConnection(connection, TimeSpan.FromMilliseconds(750));

        SqliteConnectionStringBuilder settings = new(probe.ConnectionString);
        Assert.False(settings.Pooling);
        Assert.Equal("a.db", settings.DataSource);
    }

    [Fact]
    public void A_driver_that_can_only_clone_keeps_the_credentials_its_string_lost()
    {
        CloneableConnection connection = new("Server=db1");

        Assert.Same(connection.LastClone, _adapter.CreateProbeConnection(connection, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Without_a_factory_the_error_says_what_to_register()
    {
        NotSupportedException exception = Assert.Throws<NotSupportedException>(
            () => _adapter.CreateProbeConnection(new FakeDbConnection("Server=db1"), TimeSpan.FromSeconds(1)));

        Assert.Contains("DbProviderAdapters.Register", exception.Message, StringComparison.Ordinal);
    }

    private DbEndpoint Describe(string text) => _adapter.GetEndpoint(new FakeDbConnection(text));

    private sealed class CloneableConnection(string connectionString)
        : FakeDbConnectionBase(connectionString), ICloneable
    {
        public DbConnection LastClone { get; } = new FakeDbConnection(connectionString);

        public object Clone() => LastClone;
    }
}
