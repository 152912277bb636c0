using Npgsql;

namespace DbBreaker.Npgsql.Tests;

public sealed class NpgsqlEndpointTests
{
    private const string Plain = "Host=db1;Database=orders;Username=app;Password=hush";

    private static readonly NpgsqlAdapter _adapter = new();

    /// <summary>One setting in ways that mean the same.</summary>
    private static readonly string[][] _synonyms =
    [
        ["Host=db1", "Server=DB1", "host= db1 ", "Host=db1:5432"],
        ["Port=5432", "PORT=5432", ""],
        ["Database=orders", "DB=orders", "database='orders'"],
        ["Username=app", "User Id=app", "UserName=\"app\"", "uid=app"],
        ["Password=hush", "PWD=other", "psw=third", ""],
        ["Maximum Pool Size=20", "MaxPoolSize=20", "maximum pool size=20"],
        ["Pooling=true", "POOLING=True", ""],
        ["SSL Mode=Prefer", "SslMode=prefer", ""],
        ["Application Name=EFCore", "", "ApplicationName=orders"],
        ["Timeout=7", "", "Timeout=3"],
        ["Command Timeout=7", "", "CommandTimeout=90"],
        ["Search Path=a", "", "Include Error Detail=true"],
    ];

    [Fact]
    public void Strings_that_lead_to_the_same_pool_of_the_same_server_share_a_guard()
    {
        Random random = new(20261124);
        string expected = Describe("Host=db1;Database=orders;Username=app;Maximum Pool Size=20").Key;
        for (int i = 0; i < 500; i++)
        {
            string[] parts = [.. _synonyms.Select(ways => ways[random.Next(ways.Length)]).Where(p => p.Length > 0)];
            random.Shuffle(parts);
            string text = string.Join(';', parts);

            Assert.True(expected == Describe(text).Key, text);
        }
    }

    [Theory]
    [InlineData("Host=db2;Database=orders;Username=app")]
    [InlineData("Host=db1;Port=5433;Database=orders;Username=app")]
    [InlineData("Host=db1;Database=Orders;Username=app")]
    [InlineData("Host=db1;Database=orders;Username=other")]
    [InlineData(Plain + ";Maximum Pool Size=20")]
    [InlineData(Plain + ";Minimum Pool Size=2")]
    [InlineData(Plain + ";Pooling=false")]
    [InlineData(Plain + ";SSL Mode=Require")]
    public void Another_server_user_database_or_pool_is_another_guard(string text) =>
        Assert.NotEqual(Describe(Plain).Key, Describe(text).Key);

    [Fact]
    public void The_order_of_hosts_and_the_wanted_session_make_another_guard()
    {
        string key = Describe("Host=db1,db2;Database=orders;Username=app").Key;

        Assert.Equal(key, Describe("Host=DB1:5432, db2;Database=orders;Username=app").Key);
        Assert.NotEqual(key, Describe("Host=db2,db1;Database=orders;Username=app").Key);
        Assert.NotEqual(
            key, Describe("Host=db1,db2;Database=orders;Username=app;Target Session Attributes=primary").Key);
    }

    [Fact]
    public void A_data_source_for_one_kind_of_session_has_a_guard_of_its_own()
    {
        using NpgsqlMultiHostDataSource source =
            new NpgsqlDataSourceBuilder("Host=db1,db2;Database=orders;Username=app").BuildMultiHost();
        using NpgsqlConnection primary = source.WithTargetSession(TargetSessionAttributes.Primary).CreateConnection();
        using NpgsqlConnection standby = source.WithTargetSession(TargetSessionAttributes.Standby).CreateConnection();

        Assert.NotEqual(_adapter.GetEndpoint(primary).Key, _adapter.GetEndpoint(standby).Key);
        Assert.Equal("postgresql://db1:5432,db2:5432/orders (primary)", _adapter.GetEndpoint(primary).DisplayName);
        Assert.Equal(
            _adapter.GetEndpoint(primary).Key,
            Describe("Host=db1,db2;Database=orders;Username=app;Target Session Attributes=Primary").Key);
    }

    [Theory]
    [InlineData(Plain, "postgresql://db1:5432/orders")]
    [InlineData("Host=db1;Username=app", "postgresql://db1:5432")]
    [InlineData("Host=db1,db2:5433;Port=5440;Database=orders", "postgresql://db1:5440,db2:5433/orders")]
    [InlineData("Host=[::1]:5433;Database=orders", "postgresql://[::1]:5433/orders")]
    [InlineData("Host=::1;Database=orders", "postgresql://::1:5432/orders")]
    [InlineData("Host=/var/run/PG;Database=orders", "postgresql:///var/run/PG:5432/orders")]
    public void What_is_shown_names_provider_server_port_and_database(string text, string expected) =>
        Assert.Equal(expected, Describe(text).DisplayName);

    [Fact]
    public void No_secret_gets_into_an_endpoint()
    {
        DbEndpoint endpoint = Describe(
            "Host=db1;Database=orders;Username=app;Password=hush1;SSL Password=hush2;Passfile=/hush3;SSL Key=/hush4;" +
            "SSL Certificate=/hush5;Persist Security Info=true;Options=-c hush6");

        Assert.DoesNotContain("hush", endpoint.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("app", endpoint.DisplayName, StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_of_a_data_source_and_one_of_its_string_share_a_guard()
    {
        using NpgsqlDataSource source = NpgsqlDataSource.Create(Plain);
        using NpgsqlConnection connection = source.CreateConnection();

        Assert.Equal(Describe(Plain).Key, _adapter.GetEndpoint(connection).Key);
    }

    [Theory]
    [InlineData(Plain, 100)]
    [InlineData(Plain + ";Maximum Pool Size=20", 20)]
    [InlineData(Plain + ";Maximum Pool Size=20;Pooling=false", null)]
    [InlineData("Host=db1,db2;Maximum Pool Size=20", 40)]
    [InlineData("Host=db1,db2;Maximum Pool Size=20;Target Session Attributes=prefer-primary", 40)]
    [InlineData("Host=db1,db2;Maximum Pool Size=20;Target Session Attributes=primary", 20)]
    [InlineData("Host=db1,db2;Maximum Pool Size=20;Target Session Attributes=read-write", 20)]
    public void The_pool_s_maximum_is_the_driver_s(string text, int? expected) =>
        Assert.Equal(expected, Describe(text).MaxPoolSize);

    [Theory]
    [InlineData(Plain, 15)]
    [InlineData(Plain + ";Timeout=3", 3)]
    [InlineData(Plain + ";Timeout=0", null)]
    public void The_connect_timeout_is_the_driver_s(string text, int? seconds) =>
        Assert.Equal(seconds is { } s ? TimeSpan.FromSeconds(s) : null, Describe(text).ConnectTimeout);

    [Fact]
    public void A_missing_string_is_refused_by_name()
    {
        using NpgsqlConnection connection = new();

        ArgumentException exception = Assert.Throws<ArgumentException>(() => _adapter.GetEndpoint(connection));

        Assert.Contains("has no connection string", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_adapter_is_found_without_registration()
    {
        using NpgsqlConnection connection = new(Plain);

        Assert.IsType<NpgsqlAdapter>(DbProviderAdapters.For(connection));
    }

    private static DbEndpoint Describe(string text)
    {
        using NpgsqlConnection connection = new(text);
        return _adapter.GetEndpoint(connection);
    }
}
