using Npgsql;
using System.Data.Common;

namespace DbBreaker.Benchmarks.AdoNet;

/// <inheritdoc/>
public class NpgsqlSelectOneBenchmarks : SelectOneBenchmarks
{
    /// <inheritdoc/>
    protected override DbDataSource CreateSource() => NpgsqlDataSource.Create(Server.ConnectionString);
}
