namespace DbBreaker;

/// <summary>Guards one database: decides when calls may pass and how many.</summary>
public sealed class DbGuard
{
    internal DbGuard(string name) => Name = name;

    /// <summary>Gets the guard's name.</summary>
    public string Name { get; }
}
