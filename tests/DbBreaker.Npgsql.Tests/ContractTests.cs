using System.Data.Common;
using DbBreaker.TestKit;
using DbBreaker.TestKit.Contract;
using Npgsql;

namespace DbBreaker.Npgsql.Tests;

/// <summary>The contract on Npgsql and a real server, reached through a proxy that can hurt.</summary>
public sealed class ContractTests : GuardContract
{
    protected override async Task<ContractServer> StartAsync() =>
        new ProxiedPostgres(await PostgresServer.FindAsync());

    private sealed class ProxiedPostgres : ContractServer
    {
        private readonly FaultProxy _proxy;
        private readonly NpgsqlConnectionStringBuilder _settings;

        public ProxiedPostgres(PostgresServer server)
        {
            _proxy = FaultProxy.Start(server.Host, server.Port);
            _settings = server.CreateBuilder();
            (_settings.Host, _settings.Port, _settings.MaxPoolSize) = ("127.0.0.1", _proxy.Port, PoolSize);

            // With Prefer, the default, a synchronous open to a silent port now and then outlives every timeout.
            (_settings.Timeout, _settings.SslMode) = (2, SslMode.Disable);
        }

        public override DbProviderFactory Factory => NpgsqlFactory.Instance;

        public override string ConnectionString => _settings.ConnectionString;

        public override string SameConnectionString =>
            $"MaxPoolSize={PoolSize};sslmode=disable;User Id={_settings.Username};Pwd={_settings.Password};" +
            $"DB={_settings.Database};Port={_proxy.Port};Server=127.0.0.1;Timeout=9";

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
            new("reset", "SELECT pg_sleep(20)", ContractEvidence.Failure) { During = ResetAsync },
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
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"SELECT pg_sleep({time.TotalSeconds})");

        public override async ValueTask DisposeAsync()
        {
            await _proxy.DisposeAsync();
            await base.DisposeAsync();
        }

        private static ContractFault Raised(string name, string state, ContractEvidence evidence) =>
            new(name, $"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$", evidence);

        private async Task ResetAsync()
        {
            // The statement is on its way, or with the server: a reset ends it either way.
            await Task.Delay(200, TestContext.Current.CancellationToken);
            _proxy.ResetAll();
        }
    }
}
