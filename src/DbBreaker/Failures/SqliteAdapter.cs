using System.Data.Common;
using System.Runtime.CompilerServices;

namespace DbBreaker;

/// <summary>
/// Microsoft.Data.Sqlite, known by its types' names so that the core needs no package. A file has no server: what goes
/// away here is the lock. A database that another connection keeps locked answers no read of its schema.
/// </summary>
internal sealed class SqliteAdapter : DbProviderAdapter
{
    public static readonly SqliteAdapter Instance = new();

    // https://sqlite.org/rescode.html, primary result codes.
    private const int Busy = 5, Locked = 6, NoMemory = 7, ReadOnly = 8, Interrupt = 9, IoError = 10;
    private const int Corrupt = 11, Full = 13, CannotOpen = 14, Protocol = 15, Misuse = 21, NotADatabase = 26;

    public override string ProviderName => "sqlite";

    /// <summary>Gets a text that needs the shared lock whatever the connection read before; <c>SELECT 1</c> needs it
    /// only for the schema, once.</summary>
    public override string ProbeCommandText => "SELECT count(*) FROM sqlite_master";

    public override bool Handles(DbConnection connection) =>
        connection.GetType() is { Name: "SqliteConnection", Namespace: "Microsoft.Data.Sqlite" };

    public override DbFailureKind? Classify(in DbFailure failure) =>
        PrimaryCode(failure.Exception) switch
        {
            null => null,
            Busy or Locked or Protocol => DbFailureKind.Contention,
            NoMemory or Full => DbFailureKind.Saturated,

            // The file, or the disk under it, cannot be read at all.
            IoError or CannotOpen or NotADatabase => DbFailureKind.Unavailable,
            Interrupt => DbFailureKind.Cancelled,
            Misuse => DbFailureKind.Misuse,

            // A damaged page fails the statements that meet it and no others, as XX001 does in PostgreSQL.
            _ => DbFailureKind.Answered,
        };

    /// <inheritdoc/>
    /// <remarks>A command that meets a lock met another user of a working database. A probe only reads the schema: if
    /// it meets a lock for its whole time, nobody else reads either.</remarks>
    public override bool IsProbeAnswered(in DbFailure failure) =>
        ExceptionChain.Find<DbException>(failure.Exception) is { } exception
        && PrimaryCode(exception) is not (Busy or Locked or Protocol or Corrupt)
        && base.IsProbeAnswered(failure);

    public override DbEndpoint GetEndpoint(DbConnection connection)
    {
        DbConnectionStringBuilder settings = ConnectionStrings.Parse(connection);
        string file = ReadFile(settings);
        string key = string.Join(
            ';',
            ProviderName,
            IsFile(file) ? Path.GetFullPath(file) : file,
            $"mode={Read(settings, "Mode", "readwritecreate")}",
            $"cache={Read(settings, "Cache", "default")}",
            $"vfs={Read(settings, "Vfs", "")}",
            $"pooling={Read(settings, "Pooling", "true")}");
        return new DbEndpoint(key, $"sqlite://{Path.GetFileName(file)}", null, null);
    }

    public override DbConnection CreateProbeConnection(DbConnection connection, TimeSpan timeout) =>
        ConnectionStrings.CreateConnection(connection, builder =>
        {
            builder["Pooling"] = false;
            builder["Default Timeout"] = ConnectionStrings.WholeSeconds(timeout);

            // A probe must not create the file whose absence it is to report.
            if (IsFile(ReadFile(builder)) && builder["Mode"].ToString() == "ReadWriteCreate")
                builder["Mode"] = "ReadWrite";
        });

    /// <inheritdoc/>
    public override string MakeReadOnly(string connectionString) =>
        new DbConnectionStringBuilder { ConnectionString = connectionString, ["Mode"] = "ReadOnly" }.ConnectionString;

    /// <inheritdoc/>
    public override string ReadOnlySessionText => "PRAGMA query_only = ON";

    /// <inheritdoc/>
    public override bool IsReadOnlyRefusal(in DbFailure failure) => PrimaryCode(failure.Exception) == ReadOnly;

    /// <inheritdoc/>
    /// <remarks>Nothing to clear: no connection to a file goes stale while the file is locked.</remarks>
    public override void ClearPool(DbConnection connection)
    {
    }

    // DbException.ErrorCode is always E_FAIL here, so the driver's own property is read. Extended codes are longer.
    private static int? PrimaryCode(Exception exception) =>
        exception.GetType() is { Name: "SqliteException", Namespace: "Microsoft.Data.Sqlite" }
            ? GetSqliteErrorCode(exception) & 0xFF
            : null;

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_SqliteErrorCode")]
    private static extern int GetSqliteErrorCode(
        [UnsafeAccessorType("Microsoft.Data.Sqlite.SqliteException, Microsoft.Data.Sqlite")] object exception);

    private static string ReadFile(DbConnectionStringBuilder settings)
    {
        foreach (string keyword in (ReadOnlySpan<string>)["Data Source", "DataSource", "Filename"])
        {
            if (settings.TryGetValue(keyword, out object? value) && value.ToString() is { Length: > 0 } file)
                return file;
        }

        return "";
    }

    private static string Read(DbConnectionStringBuilder settings, string keyword, string standard) =>
        settings.TryGetValue(keyword, out object? value) ? $"{value}".ToLowerInvariant() : standard;

    private static bool IsFile(string file) =>
        file.Length > 0 && file != ":memory:" && !file.StartsWith("file:", StringComparison.OrdinalIgnoreCase)
        && !file.StartsWith('|');
}
