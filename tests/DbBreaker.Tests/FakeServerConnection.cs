using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using DbBreaker.TestKit;

namespace DbBreaker.Tests;

/// <summary>A connection to a <see cref="FakeServer"/>.</summary>
internal sealed class FakeServerConnection(FakeServer server) : DbConnection
{
    private ConnectionState _state;

    public FakeServer Server => server;

    [AllowNull]
    public override string ConnectionString { get; set; } =
        $"Server=db1;User ID={Secrets.User};Password={Secrets.Password}";

    public override string Database => "orders";

    public override string DataSource => "db1";

    public override string ServerVersion => "1";

    public override ConnectionState State => _state;

    public override void Open()
    {
        server.Open();
        _state = ConnectionState.Open;
    }

    public override void Close() => _state = ConnectionState.Closed;

    public override void ChangeDatabase(string databaseName) => throw new NotSupportedException();

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) =>
        throw new NotSupportedException();

    protected override DbCommand CreateDbCommand() => new ProbeCommand(server);

    private sealed class ProbeCommand(FakeServer server) : DbCommand
    {
        [AllowNull]
        public override string CommandText { get; set; } = "";

        public override int CommandTimeout { get; set; }

        public override CommandType CommandType { get; set; }

        public override bool DesignTimeVisible { get; set; }

        public override UpdateRowSource UpdatedRowSource { get; set; }

        protected override DbConnection? DbConnection { get; set; }

        protected override DbParameterCollection DbParameterCollection => throw new NotSupportedException();

        protected override DbTransaction? DbTransaction { get; set; }

        public override void Cancel() => throw new NotSupportedException();

        public override int ExecuteNonQuery() => throw new NotSupportedException();

        public override object? ExecuteScalar() => server.RefusesCommand is { } refusal ? throw refusal : 1;

        public override void Prepare() => throw new NotSupportedException();

        protected override DbParameter CreateDbParameter() => throw new NotSupportedException();

        protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) =>
            throw new NotSupportedException();
    }
}
