using System.Data.Common;
using DbBreaker.TestKit.Contract;
using Microsoft.Data.SqlClient;

namespace DbBreaker.SqlClient.Tests;

/// <summary>A real SQL Server, reached through a proxy that can hurt.</summary>
internal sealed class ProxiedSqlServer : ProxiedServer
{
    private readonly SqlConnectionStringBuilder _settings;

    public ProxiedSqlServer(string connectionString)
        : this(new SqlConnectionStringBuilder(connectionString))
    {
    }

    private ProxiedSqlServer(SqlConnectionStringBuilder settings)
        : base(SqlClientFactory.Instance, settings.DataSource.Split(',')[0], PortOf(settings))
    {
        _settings = settings;
        (_settings.DataSource, _settings.MaxPoolSize) = ($"127.0.0.1,{Port}", PoolSize);
        (_settings.ConnectTimeout, _settings.ConnectRetryCount) = (2, 0);
    }

    public override string ConnectionString => _settings.ConnectionString;

    public override string SameConnectionString =>
        $"Max Pool Size={PoolSize};UID={_settings.UserID};Pwd={_settings.Password};" +
        $"Initial Catalog={_settings.InitialCatalog};Server=tcp:127.0.0.1,{Port};" +
        "TrustServerCertificate=true;Application Name=another";

    public override IEnumerable<ContractFault> Faults =>
    [
        new("syntax error", "SELEC 1", ContractEvidence.Answer),
        new("division by zero", "SELECT 1 / 0", ContractEvidence.Answer),
        new("raised by the application", "THROW 50000, 'mine', 1", ContractEvidence.Answer),
        new("command timeout, acknowledged", "WAITFOR DELAY '00:00:20'", ContractEvidence.Answer) { Timeout = 1 },
        new("token, acknowledged", "WAITFOR DELAY '00:00:20'", ContractEvidence.None) { IsCancelled = true },
        new("raised with the class of a lost session", "RAISERROR('gone', 20, 1) WITH LOG", ContractEvidence.Failure),
        ResetWhile("WAITFOR DELAY '00:00:20'"),
        NobodyThere,
    ];

    public override string Sleep(DbConnection connection, TimeSpan time) =>
        $@"WAITFOR DELAY '{time:hh\:mm\:ss\.fff}'; SELECT 1";

    private static int PortOf(SqlConnectionStringBuilder settings) =>
        int.Parse(settings.DataSource.Split(',')[1], System.Globalization.CultureInfo.InvariantCulture);
}
