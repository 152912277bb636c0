using Microsoft.Data.Sqlite;
using System.Data.Common;

namespace DbBreaker.Benchmarks.AdoNet;

/// <inheritdoc/>
public class SqliteSelectOneBenchmarks : SelectOneBenchmarks
{
    /// <inheritdoc/>
    protected override DbDataSource CreateSource() =>
        SqliteFactory.Instance.CreateDataSource("Data Source=select-one;Mode=Memory;Cache=Shared");
}
