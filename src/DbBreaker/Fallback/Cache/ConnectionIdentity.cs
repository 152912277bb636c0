using System.Collections.Frozen;
using System.Data.Common;

namespace DbBreaker.Fallback.Cache;

/// <summary>
/// What of a connection decides which rows a query gives, and as which types: where it leads, and all that its string
/// says, without secrets and without what only concerns the way there. A search path makes other rows of the same text,
/// and a setting can make a number of what was a flag.
/// </summary>
internal static class ConnectionIdentity
{
    private static readonly FrozenSet<string> _saysNothingOfRows = new[]
    {
        "applicationname", "workstationid", "timeout", "connecttimeout", "connectiontimeout", "commandtimeout",
        "defaultcommandtimeout", "internalcommandtimeout", "cancellationtimeout", "pooling", "minpoolsize",
        "maxpoolsize", "minimumpoolsize", "maximumpoolsize", "connectionlifetime", "loadbalancetimeout",
        "connectionidlelifetime", "connectionidletimeout", "connectionpruninginterval", "keepalive", "tcpkeepalive",
        "tcpkeepalivetime", "tcpkeepaliveinterval", "connectretrycount", "connectretryinterval", "persistsecurityinfo",
        "includeerrordetail", "maxautoprepare", "autoprepareminusages",
    }.ToFrozenSet();

    /// <summary>The same for a connection that was opened as for one that was not: drivers take the password out of its
    /// string, and some write the rest anew.</summary>
    /// <exception cref="ArgumentException">The connection string is missing or cannot be read.</exception>
    public static string Of(DbConnection connection)
    {
        string endpoint = DbProviderAdapters.For(connection).GetEndpoint(connection).Key;
        // The driver's own builder has one name for each setting.
        DbConnectionStringBuilder given =
            DbProviderFactories.GetFactory(connection)?.CreateConnectionStringBuilder() ?? [];
        given.ConnectionString = connection.ConnectionString;
        DbConnectionStringBuilder telling = new() { ConnectionString = given.ConnectionString };
        foreach (string keyword in telling.Keys.Cast<string>().ToList())
        {
            if (_saysNothingOfRows.Contains(Plain(keyword))) telling.Remove(keyword);
        }

        return $"{endpoint}\n{ConnectionStrings.Canonical(telling)}";
    }

    private static string Plain(string keyword) =>
        keyword.Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();
}
