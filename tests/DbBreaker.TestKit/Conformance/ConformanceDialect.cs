namespace DbBreaker.TestKit.Conformance;

/// <summary>
/// What the table of operations must know of a server: where it is, and how it spells a few things. The table named
/// <see cref="TableName"/> lives as long as its connection and holds (1, 'one') and (2, null).
/// </summary>
/// <param name="ConnectionString">The connection string.</param>
/// <param name="CreateTable">Creates the table (id integer, primary key; name text) and its two rows.</param>
/// <param name="TableName">The table's name.</param>
public sealed record ConformanceDialect(string ConnectionString, string CreateTable, string TableName)
{
    /// <summary>Gets the text that begins a transaction.</summary>
    public string Begin { get; init; } = "BEGIN";

    /// <summary>Gets a statement with a syntax error.</summary>
    public string SyntaxError { get; init; } = "SELEC 1";

    /// <summary>Gets a database that one may change to.</summary>
    public string OtherDatabase { get; init; } = "main";

    /// <summary>Gets what stands before a parameter's name in a statement.</summary>
    public string Marker { get; init; } = "@";

    internal string SelectAll => $"SELECT id, name FROM {TableName} ORDER BY id";

    internal string SelectName => $"SELECT name FROM {TableName} WHERE id = {Marker}id";

    internal string Insert => $"INSERT INTO {TableName} (id, name) VALUES (3, 'three')";

    internal string Duplicate => $"INSERT INTO {TableName} (id, name) VALUES (1, 'again')";
}
