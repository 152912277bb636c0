using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using DbBreaker.TestKit;

namespace DbBreaker.Tests;

/// <summary>A driver's connection reduced to its state, which a test moves by hand.</summary>
internal sealed class PlainConnection : DbConnection
{
    private ConnectionState _state;

    [AllowNull]
    public override string ConnectionString { get; set; } =
        $"Server=db1;User ID={Secrets.User};Password={Secrets.Password}";

    public override string Database => "orders";

    public override string DataSource => "db1";

    public override string ServerVersion => "1";

    public override ConnectionState State => _state;

    public override void Open() => Become(ConnectionState.Open);

    public override void Close() => Become(ConnectionState.Closed);

    /// <summary>Changes the state and tells it, as drivers do.</summary>
    public void Become(ConnectionState state)
    {
        if (_state == state) return;
        var change = new StateChangeEventArgs(_state, state);
        _state = state;
        OnStateChange(change);
    }

    public override void ChangeDatabase(string databaseName) => throw new NotSupportedException();

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) =>
        throw new NotSupportedException();

    protected override DbCommand CreateDbCommand() => throw new NotSupportedException();
}
