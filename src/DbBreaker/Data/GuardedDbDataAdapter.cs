using System.Data.Common;

namespace DbBreaker.Data;

/// <summary>
/// A plain adapter in the place of a driver's own, which casts its commands: SqlDataAdapter when they are assigned,
/// MySqlDataAdapter when rows are updated.
/// </summary>
internal sealed class GuardedDbDataAdapter : DbDataAdapter
{
    /// <summary>Raised before a row is sent; a command builder makes the row's command then.</summary>
    public event EventHandler<RowUpdatingEventArgs>? RowUpdating;

    protected override void OnRowUpdating(RowUpdatingEventArgs value)
    {
        RowUpdating?.Invoke(this, value);
        base.OnRowUpdating(value);
    }
}
