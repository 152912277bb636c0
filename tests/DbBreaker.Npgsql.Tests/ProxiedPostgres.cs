using System.Data.Common;
using DbBreaker.TestKit;
using DbBreaker.TestKit.Contract;
using Npgsql;

namespace DbBreaker.Npgsql.Tests;

/// <summary>A server of the kit, reached through a proxy that can hurt.</summary>
internal sealed class ProxiedPostgres : ProxiedServer
{
    private readonly NpgsqlConnectionStringBuilder _settings;

    public ProxiedPostgres(DbProviderFactory factory, PostgresServer server)
        : base(factory, server.Host, server.Port)
    {
        _settings = server.CreateBuilder();
        (_settings.Host, _settings.Port, _settings.MaxPoolSize) = ("127.0.0.1", Port, PoolSize);

        // With Prefer, the default, a synchronous open to a silent port now and then outlives every timeout.
        (_settings.Timeout, _settings.SslMode) = (2, SslMode.Disable);
        _settings.GssEncryptionMode = GssEncryptionMode.Disable;
    }

    public override string ConnectionString => _settings.ConnectionString;

    public override string SameConnectionString =>
        $"MaxPoolSize={PoolSize};sslmode=disable;User Id={_settings.Username};Pwd={_settings.Password};" +
        $"DB={_settings.Database};Port={Port};Server=127.0.0.1;Timeout=9";

    public override IEnumerable<ContractFault> Faults =>
    [
        new("syntax error", "SELEC 1", ContractEvidence.Answer),
        Raised("unique violation", "23505", ContractEvidence.Answer),
        Raised("serialization failure", "40001", ContractEvidence.Answer),
        Raised("deadlock", "40P01", ContractEvidence.Answer),
        Raised("lock not available", "55P03", ContractEvidence.Answer),
        Raised("too many connections", "53300", ContractEvidence.None),
        Raised("shutdown", "57P01", ContractEvidence.Failure),
        new("statement timeout", "SET statement_timeout = 100; SELECT pg_sleep(20)", ContractEvidence.Answer),
        new("command timeout, acknowledged", "SELECT pg_sleep(20)", ContractEvidence.Answer) { Timeout = 1 },
        new("token, acknowledged", "SELECT pg_sleep(20)", ContractEvidence.None) { IsCancelled = true },
        new("session terminated", "SELECT pg_terminate_backend(pg_backend_pid())", ContractEvidence.Failure),
        ResetWhile("SELECT pg_sleep(20)"),
        NobodyThere,
    ];

    public override string Sleep(DbConnection connection, TimeSpan time) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"SELECT pg_sleep({time.TotalSeconds})");

    public override async ValueTask DisposeAsync()
    {
        // The next server may get this port, and its string this pool, whose connections lead nowhere.
        await using (NpgsqlConnection connection = new(ConnectionString)) NpgsqlConnection.ClearPool(connection);
        await base.DisposeAsync();
    }

    private static ContractFault Raised(string name, string state, ContractEvidence evidence) =>
        new(name, $"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$", evidence);
}
