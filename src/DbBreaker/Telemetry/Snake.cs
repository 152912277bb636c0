namespace DbBreaker.Telemetry;

/// <summary>Enum values as tags: lower case with underscores, from a table, so that a measurement allocates no
/// text.</summary>
internal static class Snake<T>
    where T : struct, Enum
{
    private static readonly Dictionary<T, string> _names =
        Enum.GetValues<T>().ToDictionary(v => v, v => From(v.ToString()));

    public static string Of(T value) => _names[value];

    private static string From(string name) => string.Concat(
        name.Select((c, i) => (char.IsUpper(c) && i > 0 ? "_" : "") + char.ToLowerInvariant(c)));
}
