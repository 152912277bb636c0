using DbBreaker.TestKit.Tds;
using Microsoft.Data.SqlClient;
using System.Data.Common;

namespace DbBreaker.Benchmarks.AdoNet;

/// <inheritdoc/>
public class SqlClientSelectOneBenchmarks : SelectOneBenchmarks
{
    private readonly TdsServer _server = new();

    /// <inheritdoc/>
    public override void Stop()
    {
        base.Stop();
        _server.Dispose();
    }

    /// <inheritdoc/>
    protected override DbDataSource CreateSource() =>
        SqlClientFactory.Instance.CreateDataSource(_server.ConnectionString);
}
