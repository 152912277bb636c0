using MySqlConnector;

namespace DbBreaker.MySqlConnector.Tests;

/// <summary>Which connection strings share a guard (rule 18).</summary>
public sealed class EndpointTests
{
    private const string Standard = "Server=db1;Database=shop;User ID=app;Password=secret";

    [Theory]
    [InlineData("Host=DB1;Port=3306;Initial Catalog=shop;Username=app;Pwd=other")]
    [InlineData("server=db1;user=app;database=shop;Application Name=orders;Connection Timeout=3")]
    [InlineData("Server=db1;Database=shop;User ID=app;Maximum Pool Size=100;Default Command Timeout=5")]
    public void Spellings_and_settings_that_lead_to_the_same_place_share_a_key(string connectionString) =>
        Assert.Equal(Describe(Standard).Key, Describe(connectionString).Key);

    [Theory]
    [InlineData("Server=db2;Database=shop;User ID=app")]
    [InlineData("Server=db1;Port=3307;Database=shop;User ID=app")]
    [InlineData("Server=db1,db2;Database=shop;User ID=app")]
    [InlineData("Server=db1;Database=stock;User ID=app")]
    [InlineData("Server=db1;Database=shop;User ID=report")]
    [InlineData("Server=db1;Database=shop;User ID=app;Maximum Pool Size=20")]
    [InlineData("Server=db1;Database=shop;User ID=app;Pooling=false")]
    [InlineData("Server=/run/db1;Protocol=unix;Database=shop;User ID=app")]
    public void What_leads_elsewhere_or_makes_another_pool_has_a_key_of_its_own(string connectionString) =>
        Assert.NotEqual(Describe(Standard).Key, Describe(connectionString).Key);

    [Theory]
    [InlineData(Standard, "mysql://db1:3306/shop")]
    [InlineData("Server=db1, db2;Port=3307;User ID=app", "mysql://db1:3307,db2:3307")]
    [InlineData("Server=/run/DB;Protocol=unix;Database=shop", "mysql:///run/DB/shop")]
    public void The_display_name_is_provider_server_port_and_database(string connectionString, string name) =>
        Assert.Equal(name, Describe(connectionString).DisplayName);

    [Fact]
    public void The_pools_limits_are_read_and_no_secret_is_in_the_endpoint()
    {
        DbEndpoint standard = Describe(Standard);
        Assert.Equal((100, TimeSpan.FromSeconds(15)), (standard.MaxPoolSize, standard.ConnectTimeout));
        Assert.DoesNotContain("secret", standard.ToString(), StringComparison.OrdinalIgnoreCase);
        DbEndpoint unpooled = Describe(Standard + ";Pooling=false;Connection Timeout=0");
        Assert.Null(unpooled.MaxPoolSize);
        Assert.Null(unpooled.ConnectTimeout);
    }

    [Fact]
    public void A_data_sources_connection_has_the_key_of_its_string()
    {
        using MySqlDataSource dataSource = new(Standard);
        using MySqlConnection connection = dataSource.CreateConnection();
        Assert.Equal(Describe(Standard).Key, new MySqlConnectorAdapter().GetEndpoint(connection).Key);
    }

    [Fact]
    public void A_missing_connection_string_is_named()
    {
        MySqlConnectorAdapter adapter = new();
        using MySqlConnection empty = new();
        ArgumentException error = Assert.Throws<ArgumentException>(() => adapter.GetEndpoint(empty));
        Assert.Contains("MySqlConnection", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => adapter.GetEndpoint(null!));
    }

    private static DbEndpoint Describe(string connectionString)
    {
        using MySqlConnection connection = new(connectionString);
        return new MySqlConnectorAdapter().GetEndpoint(connection);
    }
}
