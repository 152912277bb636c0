using System.Data.Common;
using System.Globalization;

namespace DbBreaker;

/// <summary>What can be told of a driver without its types. Stands in where no adapter knows a connection.</summary>
internal sealed class NeutralAdapter : DbProviderAdapter
{
    public static readonly NeutralAdapter Instance = new();

    private static readonly string[] _maxPoolSizeKeywords =
        ["max pool size", "maximum pool size", "maxpoolsize", "maximumpoolsize"];

    private static readonly string[] _connectTimeoutKeywords = ["Connect Timeout", "Connection Timeout"];

    public override string ProviderName => "ado.net";

    public override bool Handles(DbConnection connection) => true;

    /// <inheritdoc/>
    /// <remarks>A guard that is used by hand knows no connection, but the exceptions it is shown are some driver's.
    /// Only that driver's own types are put to the adapters: what they make of any other type is about their own
    /// connections.</remarks>
    public override DbFailureKind? Classify(in DbFailure failure)
    {
        if (failure.Exception is not DbException) return null;
        foreach (DbProviderAdapter adapter in DbProviderAdapters.Known)
        {
            if (adapter.Classify(failure) is { } kind) return kind;
        }

        return SqliteAdapter.Instance.Classify(failure);
    }

    public override bool IsRepeated(in DbFailure failure)
    {
        if (failure.Exception is not DbException) return false;
        foreach (DbProviderAdapter adapter in DbProviderAdapters.Known)
        {
            if (adapter.IsRepeated(failure)) return true;
        }

        return false;
    }

    public override DbEndpoint GetEndpoint(DbConnection connection)
    {
        string provider = NameOf(connection);
        DbConnectionStringBuilder settings = ConnectionStrings.Parse(connection);
        string server = connection.DataSource ?? "";
        return new DbEndpoint(
            connection.GetType().FullName + ";" + ConnectionStrings.Canonical(settings),
            $"{provider}://{server[(server.LastIndexOf('@') + 1)..]}/{connection.Database}",
            ReadMaxPoolSize(settings),
            connection.ConnectionTimeout > 0 ? TimeSpan.FromSeconds(connection.ConnectionTimeout) : null);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Drivers that drop the password from the connection string once they opened it can often clone themselves. The
    /// clone keeps the credentials and the pool: without the driver's types there is no having one without the other.
    /// </remarks>
    public override DbConnection CreateProbeConnection(DbConnection connection, TimeSpan timeout)
    {
        DbConnectionStringBuilder settings = ConnectionStrings.Parse(connection);
        if (!ConnectionStrings.HasSecret(settings) && connection is ICloneable cloneable
            && cloneable.Clone() is DbConnection clone) return clone;

        return ConnectionStrings.CreateConnection(connection, builder =>
        {
            ConnectionStrings.SetIfKnown(builder, "Pooling", false);
            ConnectionStrings.SetIfKnown(builder, "Enlist", false);
            foreach (string keyword in _connectTimeoutKeywords)
                ConnectionStrings.SetIfKnown(builder, keyword, ConnectionStrings.WholeSeconds(timeout));
        });
    }

    /// <inheritdoc/>
    /// <remarks>ADO.NET has no general way to clear a pool: a driver's own adapter does it.</remarks>
    public override void ClearPool(DbConnection connection)
    {
    }

    private static string NameOf(DbConnection connection)
    {
        string name = connection.GetType().Name;
        return (name.EndsWith("Connection", StringComparison.Ordinal) ? name[..^"Connection".Length] : name)
            .ToLowerInvariant();
    }

    private static int? ReadMaxPoolSize(DbConnectionStringBuilder settings)
    {
        if (settings.TryGetValue("Pooling", out object? pooling)
            && string.Equals(pooling.ToString(), "false", StringComparison.OrdinalIgnoreCase)) return null;

        foreach (string keyword in _maxPoolSizeKeywords)
        {
            if (settings.TryGetValue(keyword, out object? value)
                && int.TryParse(value.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out int size)
                && size > 0) return size;
        }

        return null;
    }
}
