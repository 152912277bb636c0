using System.Diagnostics.CodeAnalysis;
using MySqlConnector;

namespace DbBreaker.MySqlConnector;

/// <summary>The date of <c>AllowZeroDateTime</c>, which need not be one, as parts that can be stored.</summary>
internal static class MySqlCachedValues
{
    private const string Date = "mysql.datetime";

    public static readonly IReadOnlyDictionary<string, Type> Types = new Dictionary<string, Type>
    {
        [Date] = typeof(MySqlDateTime),
    };

    public static DbCachedValue? TakeApart(object value) => value is MySqlDateTime date
        ? new DbCachedValue(
            Date, [date.Year, date.Month, date.Day, date.Hour, date.Minute, date.Second, date.Microsecond])
        : null;

    public static object? PutTogether(DbCachedValue value) =>
        value.Type == Date
        && value.Parts is [int year, int month, int day, int hour, int minute, int second, int microsecond]
            ? new MySqlDateTime(year, month, day, hour, minute, second, microsecond)
            : null;

    /// <summary>A date that is one, as the types that the driver reads it as.</summary>
    public static bool TryConvert(object value, Type type, [NotNullWhen(true)] out object? converted)
    {
        converted = value is not MySqlDateTime { IsValidDateTime: true } date ? null
            : type == typeof(DateTime) ? date.GetDateTime()
            : type == typeof(DateOnly) ? DateOnly.FromDateTime(date.GetDateTime())
            : type == typeof(DateTimeOffset)
                ? new DateTimeOffset(DateTime.SpecifyKind(date.GetDateTime(), DateTimeKind.Utc))
            : null;
        return converted is not null;
    }
}
