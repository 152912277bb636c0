using DbBreaker.TestKit;
using MySqlConnector;
using System.Data.Common;

namespace DbBreaker.Benchmarks.AdoNet;

/// <inheritdoc/>
public class MySqlSelectOneBenchmarks : SelectOneBenchmarks
{
    /// <inheritdoc/>
    protected override DbDataSource CreateSource() =>
        new MySqlDataSource(MariaDbServer.FindAsync().GetAwaiter().GetResult().ConnectionString);
}
