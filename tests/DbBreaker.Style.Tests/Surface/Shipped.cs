using System.Reflection;
using DbBreaker.AspNetCore;
using DbBreaker.MySqlConnector;
using DbBreaker.Npgsql;
using DbBreaker.SqlClient;
using Microsoft.EntityFrameworkCore;

namespace DbBreaker.Style.Tests.Surface;

/// <summary>The assemblies that users get.</summary>
internal static class Shipped
{
    public static IReadOnlyList<Assembly> Assemblies { get; } =
    [
        typeof(DbGuard).Assembly,
        typeof(CircuitBreakerDbContextOptionsExtensions).Assembly,
        typeof(DbBreakerDashboardOptions).Assembly,
        typeof(NpgsqlAdapter).Assembly,
        typeof(SqlClientAdapter).Assembly,
        typeof(MySqlConnectorAdapter).Assembly,
    ];

    public static IEnumerable<Type> PublicTypes =>
        Assemblies.SelectMany(static assembly => assembly.GetExportedTypes());
}
