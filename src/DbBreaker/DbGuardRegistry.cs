using System.Data.Common;

namespace DbBreaker;

/// <summary>The guards of a process or a container.</summary>
public sealed class DbGuardRegistry
{
    /// <summary>Gets the registry of the process.</summary>
    public static DbGuardRegistry Shared { get; } = new();

    /// <summary>The guard of a connection: by name, else by where its string leads.</summary>
    internal DbGuard For(DbConnection connection, string? name, Action<DbGuardOptions>? configure) =>
        throw new NotImplementedException();
}
