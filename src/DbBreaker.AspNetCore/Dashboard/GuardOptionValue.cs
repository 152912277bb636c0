using DbBreaker.DependencyInjection;

namespace DbBreaker.AspNetCore.Dashboard;

/// <summary>An option as it is in effect.</summary>
internal sealed record GuardOptionValue(string Name, string Value, string Default, bool IsDefault)
{
    public static IReadOnlyList<GuardOptionValue> AllOf(DbGuardOptions options)
    {
        var defaults = new DbGuardOptions();
        return [.. GuardOption.All.Select(option => Of(option, option.Get(options), option.Get(defaults)))];
    }

    private static GuardOptionValue Of(GuardOption option, object? value, object? @default) =>
        new(option.Name, Text(value), Text(@default), Equals(value, @default));

    private static string Text(object? value) => value switch
    {
        null => "not set",
        TimeSpan time when time.TotalSeconds < 1 => $"{time.TotalMilliseconds:0.###} ms",
        TimeSpan time => $"{time.TotalSeconds:#,0.###} s",
        int count => $"{count:#,0}",
        _ => value.ToString()!,
    };
}
