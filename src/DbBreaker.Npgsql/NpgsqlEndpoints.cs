using System.Globalization;
using Npgsql;

namespace DbBreaker.Npgsql;

/// <summary>Describes where an Npgsql connection leads.</summary>
internal static class NpgsqlEndpoints
{
    /// <summary>
    /// Part of the key: server, database, user, and what decides which servers the pool leads to and how many
    /// connections it has. Everything else gives the driver another pool but not another server: application name,
    /// timeouts, search path, buffers. Frameworks rewrite some of these, and one database must not split into two
    /// guards of which each sees half the failures.
    /// </summary>
    public static DbEndpoint Describe(NpgsqlConnection connection, string provider)
    {
        NpgsqlConnectionStringBuilder settings = NpgsqlSettings.Read(connection);
        string[] hosts = ReadHosts(settings);
        string hostList = string.Join(',', hosts);
        string database = settings.Database ?? settings.Username ?? "";
        // A database that is not named has the user's name, which is shown nowhere.
        string shown = string.IsNullOrEmpty(settings.Database) ? "" : "/" + settings.Database;
        bool isMultiHost = hosts.Length > 1;
        string? target = isMultiHost ? settings.TargetSessionAttributes?.ToLowerInvariant() ?? "any" : null;
        NpgsqlConnectionStringBuilder key = new()
        {
            Host = hostList,
            Database = database,
            Username = settings.Username ?? "",
            SslMode = settings.SslMode,
            Pooling = settings.Pooling,
            Multiplexing = settings.Multiplexing,
        };
        if (settings.Pooling)
        {
            key.MinPoolSize = settings.MinPoolSize;
            key.MaxPoolSize = settings.MaxPoolSize;
        }

        if (isMultiHost)
        {
            key.TargetSessionAttributes = target;
            key.LoadBalanceHosts = settings.LoadBalanceHosts;
        }

        return new DbEndpoint(
            $"{provider};{key.ConnectionString}",
            $"{provider}://{hostList}{shown}{(target is null or "any" ? "" : $" ({target})")}",
            ReadMaxPoolSize(settings, hosts.Length, target),
            settings.Timeout == 0 ? null : TimeSpan.FromSeconds(settings.Timeout));
    }

    // The order of hosts stays: without load balancing the driver prefers the first.
    private static string[] ReadHosts(NpgsqlConnectionStringBuilder settings) =>
    [
        .. settings.Host!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(host => HasPort(host)
                ? host.ToLowerInvariant()
                : string.Create(CultureInfo.InvariantCulture, $"{Normalize(host)}:{settings.Port}")),
    ];

    // A path of a Unix socket keeps its case.
    private static string Normalize(string host) => host[0] is '/' or '@' ? host : host.ToLowerInvariant();

    // "name:5433" or "[::1]:5433", and neither "::1" nor a path: the driver's own rule.
    private static bool HasPort(string host)
    {
        int colon = host.LastIndexOf(':');
        if (colon <= 0 || host[0] is '/' or '@') return false;
        int otherColon = host.LastIndexOf(':', colon - 1);
        int bracket = host.LastIndexOf(']');
        return otherColon < 0 || colon > bracket && otherColon < bracket;
    }

    // Each host has a pool of its own, and when one is full the driver goes on to the next, unless only one of them
    // can be the right one.
    private static int? ReadMaxPoolSize(NpgsqlConnectionStringBuilder settings, int hosts, string? target)
    {
        if (!settings.Pooling) return null;
        int pools = target is null or "primary" or "read-write" ? 1 : hosts;
        return (int)Math.Min((long)settings.MaxPoolSize * pools, int.MaxValue);
    }
}
