using System.Data.Common;

namespace DbBreaker.Data;

/// <summary>Which of the named wrappers a driver's connection gets. A type's name is read once: a process talks to one
/// or two drivers, and reading it costs as much as the permit.</summary>
internal static class NamedConnection
{
    private static volatile Known? _last;

    public enum Kind
    {
        Neutral,
        Npgsql,
        MySql,
        Sqlite,
    }

    public static Kind KindOf(DbConnection connection)
    {
        Type driver = Wrappers.DriverOf(connection).GetType();
        Known? last = _last;
        if (last is null || last.Driver != driver) _last = last = new Known(driver, Read(driver.Name));
        return last.Kind;
    }

    private static Kind Read(string name) => name switch
    {
        nameof(NpgsqlConnection) => Kind.Npgsql,
        nameof(MySqlConnection) => Kind.MySql,
        nameof(SqliteConnection) => Kind.Sqlite,
        _ => Kind.Neutral,
    };

    private sealed record Known(Type Driver, Kind Kind);
}
