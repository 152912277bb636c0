using System.Data.Common;
using DbBreaker.TestKit;
using DbBreaker.TestKit.Contract;
using Microsoft.Data.SqlClient;

namespace DbBreaker.SqlClient.Tests;

/// <summary>A real SQL Server, reached through a proxy that can hurt.</summary>
internal sealed class ProxiedSqlServer : ContractServer
{
    private readonly FaultProxy _proxy;
    private readonly SqlConnectionStringBuilder _settings;

    public ProxiedSqlServer(string connectionString)
    {
        _settings = new SqlConnectionStringBuilder(connectionString);
        string[] address = _settings.DataSource.Split(',');
        _proxy = FaultProxy.Start(
            address[0], int.Parse(address[1], System.Globalization.CultureInfo.InvariantCulture));
        (_settings.DataSource, _settings.MaxPoolSize) = ($"127.0.0.1,{_proxy.Port}", PoolSize);
        (_settings.ConnectTimeout, _settings.ConnectRetryCount) = (2, 0);
    }

    public override DbProviderFactory Factory => SqlClientFactory.Instance;

    public override string ConnectionString => _settings.ConnectionString;

    public override string SameConnectionString =>
        $"Max Pool Size={PoolSize};UID={_settings.UserID};Pwd={_settings.Password};" +
        $"Initial Catalog={_settings.InitialCatalog};Server=tcp:127.0.0.1,{_proxy.Port};" +
        "TrustServerCertificate=true;Application Name=another";

    public override IEnumerable<ContractFault> Faults =>
    [
        new("syntax error", "SELEC 1", ContractEvidence.Answer),
        new("division by zero", "SELECT 1 / 0", ContractEvidence.Answer),
        new("raised by the application", "THROW 50000, 'mine', 1", ContractEvidence.Answer),
        new("command timeout, acknowledged", "WAITFOR DELAY '00:00:20'", ContractEvidence.Answer) { Timeout = 1 },
        new("token, acknowledged", "WAITFOR DELAY '00:00:20'", ContractEvidence.None) { IsCancelled = true },
        new("raised with the class of a lost session", "RAISERROR('gone', 20, 1) WITH LOG", ContractEvidence.Failure),
        new("reset", "WAITFOR DELAY '00:00:20'", ContractEvidence.Failure) { During = ResetAsync },
        new("command timeout, nobody there", "SELECT 1", ContractEvidence.Failure)
        {
            Timeout = 1, Before = _proxy.Silence, After = _proxy.Resume,
        },
    ];

    public override void Vanish()
    {
        _proxy.RefuseNew();
        _proxy.ResetAll();
    }

    public override void Return() => _proxy.AcceptNew();

    public override void StandStill() => _proxy.Silence();

    public override void GoOn() => _proxy.Resume();

    public override string Sleep(DbConnection connection, TimeSpan time) =>
        $@"WAITFOR DELAY '{time:hh\:mm\:ss\.fff}'; SELECT 1";

    public override async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await base.DisposeAsync();
    }

    private async Task ResetAsync()
    {
        // The statement is on its way, or with the server: a reset ends it either way.
        await Task.Delay(200, TestContext.Current.CancellationToken);
        _proxy.ResetAll();
    }
}
