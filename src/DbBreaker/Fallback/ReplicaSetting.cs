using System.Data.Common;

namespace DbBreaker.Fallback;

/// <summary>A replica as it was given: by its connection string, or by a data source, which stays its
/// giver's.</summary>
internal sealed record ReplicaSetting(
    string? ConnectionString, DbDataSource? DataSource, Action<DbGuardOptions>? Configure)
{
    public bool LeadsToSame(ReplicaSetting other) =>
        ConnectionString == other.ConnectionString && ReferenceEquals(DataSource, other.DataSource);

    // Strings hold passwords, and records print their members.
    public override string ToString() => DataSource is null ? "a connection string" : DataSource.GetType().Name;
}
