namespace DbBreaker;

/// <summary>Where rows came from when the primary could not give them. Immutable.</summary>
/// <param name="Source">What kind of stand-in answered.</param>
/// <param name="Name">Which one: the name of the replica's guard, or <c>cache</c> or <c>hook</c>.</param>
/// <param name="Age">How far the rows may be behind the primary: a replica's lag as last measured, the time since
/// cached rows were read, and the lag then if a replica gave them; null when nobody knows.</param>
public sealed record DbReadOrigin(DbReadSource Source, string Name, TimeSpan? Age);
