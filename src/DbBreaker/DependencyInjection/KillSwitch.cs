namespace DbBreaker.DependencyInjection;

/// <summary>The way out when the guard itself is the suspect: one environment variable, read once.</summary>
internal static class KillSwitch
{
    public const string Variable = "DBBREAKER_DISABLED";

    public static bool IsOn { get; } = IsSet(Environment.GetEnvironmentVariable(Variable));

    public static bool IsSet(string? value) =>
        value?.Trim() is { } text && (text == "1" || text.Equals("true", StringComparison.OrdinalIgnoreCase));
}
