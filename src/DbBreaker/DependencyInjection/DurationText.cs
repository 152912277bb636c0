using System.Globalization;

namespace DbBreaker.DependencyInjection;

/// <summary>
/// Durations as people write them: 500ms, 2s, 5m, 1h, or the framework's hh:mm:ss. A number without a unit is refused,
/// because the framework would read 500 as days.
/// </summary>
internal static class DurationText
{
    private static readonly (string Unit, long Ticks)[] _units =
    [
        ("ms", TimeSpan.TicksPerMillisecond), ("s", TimeSpan.TicksPerSecond), ("m", TimeSpan.TicksPerMinute),
        ("h", TimeSpan.TicksPerHour),
    ];

    public static bool TryParse(string text, out TimeSpan value)
    {
        if (text.Contains(':')) return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out value);
        foreach ((string unit, long ticks) in _units)
        {
            if (!text.EndsWith(unit, StringComparison.OrdinalIgnoreCase)) continue;
            if (!decimal.TryParse(
                text.AsSpan(0, text.Length - unit.Length),
                NumberStyles.AllowDecimalPoint | NumberStyles.AllowTrailingWhite,
                CultureInfo.InvariantCulture,
                out decimal number)) break;
            if (number > long.MaxValue / ticks) break;
            value = TimeSpan.FromTicks((long)(number * ticks));
            return true;
        }

        value = default;
        return text == "0";
    }
}
