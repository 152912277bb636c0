using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using DbBreaker.TestKit;
using Microsoft.Data.Sqlite;
using SqliteConnection = Microsoft.Data.Sqlite.SqliteConnection;

namespace DbBreaker.Tests.Data;

/// <summary>A wrapper that hides its driver: no adapter, no probe, and a guard all the same.</summary>
public sealed class OpaqueWrapperTests : IAsyncDisposable
{
    private readonly DatabaseFile _file = new(SqliteFactory.Instance);
    private readonly string _name = $"opaque {Guid.NewGuid():N}";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private DbGuard Guard => DbGuardRegistry.Shared.Find(_name)!;

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    [Theory, InlineData(false), InlineData(true)]
    public async Task Its_failures_open_the_circuit_and_a_trial_after_the_break_closes_it(bool async)
    {
        await CallAsync(async);
        Assert.Equal(1, Guard.GetSnapshot().Operations);
        _file.Vanish();
        await Eventually.BecomesTrueAsync(
            async _ => await Record.ExceptionAsync(() => CallAsync(async)) is DbCircuitOpenException,
            TimeSpan.FromSeconds(60), "callers are rejected", cancellationToken: Token);

        _file.Return();
        await Eventually.BecomesTrueAsync(
            async _ =>
            {
                await CallAsync(async);
                return Guard.State is CircuitState.Closed;
            },
            TimeSpan.FromSeconds(60), "the circuit closes", cancellationToken: Token);
        Assert.Equal(0, Guard.GetSnapshot().PermitsInUse);
    }

    private async Task CallAsync(bool async)
    {
        await using GuardedDbConnection connection =
            new OpaqueConnection(_file.ConnectionString).WithCircuitBreaker(_name, options =>
            {
                options.MinimumThroughput = 4;
                options.BreakDuration = TimeSpan.FromMilliseconds(100);
            });
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = "SELECT 1";
        if (async)
        {
            await connection.OpenAsync(Token);
            await command.ExecuteScalarAsync(Token);
        }
        else
        {
            connection.Open();
            command.ExecuteScalar();
        }
    }

    private sealed class OpaqueConnection(string connectionString) : DbConnection
    {
        private readonly SqliteConnection _hidden = new(connectionString);

        [AllowNull]
        public override string ConnectionString
        {
            get => _hidden.ConnectionString;
            set => _hidden.ConnectionString = value;
        }

        public override string Database => _hidden.Database;

        public override string DataSource => _hidden.DataSource;

        public override string ServerVersion => _hidden.ServerVersion;

        public override ConnectionState State => _hidden.State;

        public override void ChangeDatabase(string databaseName) => _hidden.ChangeDatabase(databaseName);

        public override void Close() => _hidden.Close();

        public override void Open() => _hidden.Open();

        protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) =>
            _hidden.BeginTransaction(isolationLevel);

        protected override DbCommand CreateDbCommand() => _hidden.CreateCommand();

        protected override void Dispose(bool disposing)
        {
            if (disposing) _hidden.Dispose();
            base.Dispose(disposing);
        }
    }
}
