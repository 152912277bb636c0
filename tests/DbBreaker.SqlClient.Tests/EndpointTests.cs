using System.Security;
using Microsoft.Data.SqlClient;

namespace DbBreaker.SqlClient.Tests;

/// <summary>Which connection strings share a guard (rule 18).</summary>
public sealed class EndpointTests
{
    private const string Login = ";Database=Shop;User ID=app;Password=secret";

    [Theory]
    [InlineData("Server=db1,1433")]
    [InlineData("Data Source=tcp:DB1 , 1433")]
    [InlineData(@"Addr=db1\MSSQLSERVER")]
    [InlineData(@"Server=db1\whatever,1433")]
    [InlineData("Server=db1;Application Name=EFCore/10.0.15 (linux)")]
    [InlineData("Server=db1;Connect Timeout=3;Packet Size=4096;Max Pool Size=100;Persist Security Info=true")]
    public void Spellings_and_settings_that_lead_to_the_same_place_share_a_key(string server) =>
        Assert.Equal(Describe("Server=db1" + Login).Key, Describe(server + Login).Key);

    [Theory]
    [InlineData("Server=db2;Database=Shop;User ID=app;Password=secret")]
    [InlineData("Server=db1,1434;Database=Shop;User ID=app;Password=secret")]
    [InlineData(@"Server=db1\other;Database=Shop;User ID=app;Password=secret")]
    [InlineData("Server=db1;Database=Stock;User ID=app;Password=secret")]
    [InlineData("Server=db1;Database=Shop;User ID=report;Password=secret")]
    [InlineData("Server=db1;Database=Shop;Integrated Security=true")]
    [InlineData("Server=db1;Database=Shop;Authentication=Active Directory Default")]
    [InlineData("Server=db1;Database=Shop;User ID=app;Password=secret;Application Intent=ReadOnly")]
    [InlineData("Server=db1;Database=Shop;User ID=app;Password=secret;Max Pool Size=20")]
    [InlineData("Server=db1;Database=Shop;User ID=app;Password=secret;Pooling=false")]
    [InlineData("Server=db1;Database=Shop;User ID=app;Password=secret;Failover Partner=db2")]
    public void What_leads_elsewhere_or_makes_another_pool_has_a_key_of_its_own(string connectionString) =>
        Assert.NotEqual(Describe("Server=db1" + Login).Key, Describe(connectionString).Key);

    [Theory]
    [InlineData("Server=.", "mssql://localhost:1433/Shop")]
    [InlineData("Server=(local)", "mssql://localhost:1433/Shop")]
    [InlineData(@"Server=.\SQLEXPRESS", @"mssql://localhost\sqlexpress/Shop")]
    [InlineData(@"Server=(localdb)\MSSQLLocalDB", @"mssql://(localdb)\mssqllocaldb/Shop")]
    [InlineData("Server=tcp:shop.database.windows.net,1433", "mssql://shop.database.windows.net:1433/Shop")]
    [InlineData("Server=tcp:[::1],1434", "mssql://[::1]:1434/Shop")]
    [InlineData("Server=::1", "mssql://::1:1433/Shop")]
    [InlineData(@"Server=np:\\db1\pipe\sql\query", @"mssql://np:\\db1\pipe\sql\query/Shop")]
    public void The_display_name_is_provider_server_port_and_database(string server, string name) =>
        Assert.Equal(name, Describe(server + Login).DisplayName);

    [Fact]
    public void The_pools_limits_are_read()
    {
        DbEndpoint standard = Describe("Server=db1" + Login);
        Assert.Equal((100, TimeSpan.FromSeconds(15)), (standard.MaxPoolSize, standard.ConnectTimeout));
        DbEndpoint unpooled = Describe("Server=db1;Pooling=false;Connect Timeout=0" + Login);
        Assert.Null(unpooled.MaxPoolSize);
        Assert.Null(unpooled.ConnectTimeout);
    }

    [Fact]
    public void A_credential_names_the_user_and_no_secret_is_in_the_endpoint()
    {
        using SecureString password = new();
        password.AppendChar('s');
        password.MakeReadOnly();
        using SqlConnection credential = new(
            "Server=db1;Database=Shop", new SqlCredential("app", password));
        DbEndpoint endpoint = new SqlClientAdapter().GetEndpoint(credential);
        Assert.Equal(Describe("Server=db1" + Login).Key, endpoint.Key);
        Assert.DoesNotContain("secret", Describe("Server=db1" + Login).ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_missing_or_foreign_connection_is_named()
    {
        SqlClientAdapter adapter = new();
        using SqlConnection empty = new();
        Assert.Contains("SqlConnection", Assert.Throws<ArgumentException>(() => adapter.GetEndpoint(empty)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => adapter.GetEndpoint(null!));
    }

    private static DbEndpoint Describe(string connectionString)
    {
        using SqlConnection connection = new(connectionString);
        return new SqlClientAdapter().GetEndpoint(connection);
    }
}
