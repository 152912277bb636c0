using System.Data.Common;

namespace DbBreaker.Data;

/// <summary>
/// A plain adapter, for drivers whose own casts its commands: SqlDataAdapter takes nothing but a SqlCommand.
/// </summary>
internal sealed class GuardedDbDataAdapter : DbDataAdapter
{
    /// <summary>The driver's adapter where it takes a guarded command, else a plain one, or null without any.</summary>
    public static DbDataAdapter? From(DbProviderFactory factory)
    {
        if (factory.CreateDataAdapter() is not { } adapter) return null;
        if (factory.CreateCommand() is not { } command) return adapter;
        using var guarded = new GuardedDbCommand(command, connection: null);
        try
        {
            adapter.SelectCommand = guarded;
            adapter.SelectCommand = null;
            return adapter;
        }
        catch (InvalidCastException)
        {
            adapter.Dispose();
            return new GuardedDbDataAdapter();
        }
    }
}
