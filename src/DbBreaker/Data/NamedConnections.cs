using System.Data.Common;

namespace DbBreaker.Data;

/// <summary>A guarded connection of any driver whose name nobody looks at.</summary>
internal sealed class NeutralConnection(DbConnection inner, GuardBinding binding, DbGuard? guard)
    : GuardedDbConnection(inner, binding, guard);

/// <summary>
/// Dapper passes arrays to PostgreSQL as arrays when the connection's type is called so, and has no other switch
/// (Dapper/FeatureSupport.cs). Under any other name <c>= ANY(@ids)</c> fails with 42809.
/// </summary>
internal sealed class NpgsqlConnection(DbConnection inner, GuardBinding binding, DbGuard? guard)
    : GuardedDbConnection(inner, binding, guard)
{
    private protected override bool RaisesDisposed => false;
}

/// <summary>Dapper.Contrib chooses its dialect by this name, and takes SQL Server's otherwise.</summary>
internal sealed class MySqlConnection(DbConnection inner, GuardBinding binding, DbGuard? guard)
    : GuardedDbConnection(inner, binding, guard);

/// <inheritdoc cref="MySqlConnection"/>
internal sealed class SqliteConnection(DbConnection inner, GuardBinding binding, DbGuard? guard)
    : GuardedDbConnection(inner, binding, guard);
