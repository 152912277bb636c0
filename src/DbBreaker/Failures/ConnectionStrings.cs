using System.Data.Common;

namespace DbBreaker;

/// <summary>Reads and rebuilds connection strings without knowing the driver. No method shows a value in an error.
/// </summary>
internal static class ConnectionStrings
{
    /// <summary>Parts of a keyword, without blanks and in lower case, that mark its value as a secret.</summary>
    private static readonly string[] _secretMarks =
        ["password", "pwd", "passphrase", "secret", "token", "apikey", "accesskey", "accountkey", "sharedaccess"];

    /// <summary>Parses a connection's string by the general rules of ADO.NET.</summary>
    /// <exception cref="ArgumentException">The string is missing or cannot be read.</exception>
    public static DbConnectionStringBuilder Parse(DbConnection connection)
    {
        string text = RequireText(connection);
        try
        {
            return new DbConnectionStringBuilder { ConnectionString = text };
        }
        catch (ArgumentException exception)
        {
            // The framework's message names the position, never the value.
            throw new ArgumentException(
                $"The connection string of {connection.GetType().Name} cannot be read: {exception.Message}",
                nameof(connection));
        }
    }

    /// <summary>Every keyword but the secret ones, in lower case and sorted: equal for strings that differ in the order
    /// and case of their keywords only.</summary>
    public static string Canonical(DbConnectionStringBuilder settings)
    {
        DbConnectionStringBuilder canonical = [];
        foreach (string keyword in settings.Keys.Cast<string>()
            .Where(static keyword => !IsSecret(keyword))
            .Select(static keyword => keyword.ToLowerInvariant())
            .Order(StringComparer.Ordinal)) canonical[keyword] = settings[keyword];

        return canonical.ConnectionString;
    }

    public static bool HasSecret(DbConnectionStringBuilder settings) => settings.Keys.Cast<string>().Any(IsSecret);

    public static bool IsSecret(string keyword)
    {
        string normal = keyword.Replace(" ", "", StringComparison.Ordinal)
            .Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
        return _secretMarks.Any(mark => normal.Contains(mark, StringComparison.Ordinal));
    }

    /// <summary>Creates a closed connection of the same driver with a changed string.</summary>
    /// <exception cref="NotSupportedException">The driver does not tell its factory.</exception>
    public static DbConnection CreateConnection(DbConnection like, Action<DbConnectionStringBuilder> change)
    {
        DbProviderFactory factory = DbProviderFactories.GetFactory(like) ?? throw CannotCreate(like);
        DbConnectionStringBuilder builder = factory.CreateConnectionStringBuilder() ?? [];
        builder.ConnectionString = RequireText(like);
        change(builder);
        DbConnection connection = factory.CreateConnection() ?? throw CannotCreate(like);
        connection.ConnectionString = builder.ConnectionString;
        return connection;
    }

    /// <summary>Creates a closed connection of the same driver with another string.</summary>
    /// <exception cref="NotSupportedException">The driver does not tell its factory.</exception>
    public static DbConnection CreateConnection(DbConnection like, string connectionString)
    {
        DbConnection connection =
            DbProviderFactories.GetFactory(like)?.CreateConnection() ?? throw CannotCreate(like);
        connection.ConnectionString = connectionString;
        return connection;
    }

    /// <summary>Sets a keyword that the driver's builder knows or the string already has.</summary>
    public static void SetIfKnown(DbConnectionStringBuilder builder, string keyword, object value)
    {
        if (builder.ContainsKey(keyword)) builder[keyword] = value;
    }

    /// <summary>Drivers count in seconds, and read zero as "for ever".</summary>
    public static int WholeSeconds(TimeSpan timeout) =>
        (int)Math.Clamp(Math.Ceiling(timeout.TotalSeconds), 1, int.MaxValue);

    private static string RequireText(DbConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return string.IsNullOrWhiteSpace(connection.ConnectionString)
            ? throw new ArgumentException(
                $"The {connection.GetType().Name} has no connection string. Set it before the connection is guarded.",
                nameof(connection))
            : connection.ConnectionString;
    }

    private static NotSupportedException CannotCreate(DbConnection connection) => new(
        $"{connection.GetType().FullName} names no DbProviderFactory that creates connections, so no probe " +
        $"connection can be made. Register a {nameof(DbProviderAdapter)} for it with " +
        $"{nameof(DbProviderAdapters)}.{nameof(DbProviderAdapters.Register)}.");
}
