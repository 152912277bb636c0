using DbBreaker.TestKit;

namespace DbBreaker.Benchmarks;

/// <summary>The PostgreSQL server of a run: DBBREAKER_POSTGRES, a container, or local binaries.</summary>
internal static class Server
{
    private static readonly Lazy<string> _connectionString = new(() => Start().GetAwaiter().GetResult());

    public static string ConnectionString => _connectionString.Value;

    private static async Task<string> Start() => (await PostgresServer.FindAsync()).ConnectionString;
}
