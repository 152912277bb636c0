using System.Data.Common;
using DbBreaker.TestKit;
using DbBreaker.TestKit.Contract;
using MySqlConnector;

namespace DbBreaker.MySqlConnector.Tests;

/// <summary>A server of the kit, reached through a proxy that can hurt.</summary>
internal sealed class ProxiedMariaDb : ProxiedServer
{
    private readonly MySqlConnectionStringBuilder _settings;

    public ProxiedMariaDb(DbProviderFactory factory, MariaDbServer server)
        : base(factory, server.Host, server.Port)
    {
        _settings = server.CreateBuilder();
        (_settings.Server, _settings.Port) = ("127.0.0.1", (uint)Port);
        (_settings.MaximumPoolSize, _settings.ConnectionTimeout) = (PoolSize, 2);
    }

    public override string ConnectionString => _settings.ConnectionString;

    public override string SameConnectionString =>
        $"Max Pool Size={PoolSize};Uid={_settings.UserID};Pwd={_settings.Password};" +
        $"Initial Catalog={_settings.Database};Port={Port};Host=127.0.0.1;Connect Timeout=9";

    public override IEnumerable<ContractFault> Faults =>
    [
        new("syntax error", "SELEC 1", ContractEvidence.Answer),
        Raised("duplicate key", 1062, ContractEvidence.Answer),
        Raised("deadlock", 1213, ContractEvidence.Answer),
        Raised("lock wait", 1205, ContractEvidence.Answer),
        Raised("too many connections", 1040, ContractEvidence.None),
        Raised("gone away, says a proxy", 2006, ContractEvidence.Failure),
        Raised("lost, says a proxy", 2013, ContractEvidence.Failure),
        new("statement timeout", "SET STATEMENT max_statement_time = 0.1 FOR SELECT SLEEP(20)",
            ContractEvidence.Answer),
        new("command timeout, acknowledged", "SELECT SLEEP(20)", ContractEvidence.Answer) { Timeout = 1 },
        new("token, acknowledged", "SELECT SLEEP(20)", ContractEvidence.None) { IsCancelled = true },
        new("session killed", "KILL CONNECTION_ID()", ContractEvidence.Failure),
        ResetWhile("SELECT SLEEP(20)"),
        NobodyThere,
    ];

    public override string Sleep(DbConnection connection, TimeSpan time) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"SELECT SLEEP({time.TotalSeconds})");

    private static ContractFault Raised(string name, int number, ContractEvidence evidence) =>
        new(name, $"SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = {number}, MESSAGE_TEXT = 'scripted'", evidence);
}
