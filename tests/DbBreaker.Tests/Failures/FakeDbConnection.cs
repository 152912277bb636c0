using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace DbBreaker.Tests.Failures;

/// <summary>A connection of a driver that nobody wrote an adapter for.</summary>
internal sealed class FakeDbConnection(string connectionString, DbProviderFactory? factory = null)
    : FakeDbConnectionBase(connectionString, factory);

/// <summary>What such connections have in common: they cannot be used.</summary>
internal abstract class FakeDbConnectionBase(string connectionString, DbProviderFactory? factory = null) : DbConnection
{
    [AllowNull]
    public override string ConnectionString { get; set; } = connectionString;

    public override string Database => "orders";

    public override string DataSource => "scott/tiger@db1";

    public override string ServerVersion => "1";

    public override ConnectionState State => ConnectionState.Closed;

    protected override DbProviderFactory? DbProviderFactory => factory;

    public override void ChangeDatabase(string databaseName) => throw new NotSupportedException();

    public override void Close() => throw new NotSupportedException();

    public override void Open() => throw new NotSupportedException();

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) =>
        throw new NotSupportedException();

    protected override DbCommand CreateDbCommand() => throw new NotSupportedException();
}
