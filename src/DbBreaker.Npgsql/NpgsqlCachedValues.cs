using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using NpgsqlTypes;

namespace DbBreaker.Npgsql;

/// <summary>Npgsql's own types as parts that can be stored: ranges, multiranges as arrays of them, points; and what a
/// mapped enum is called.</summary>
internal static class NpgsqlCachedValues
{
    private const string Point = "npgsql.point";

    public static readonly IReadOnlyDictionary<string, Type> Types = new Dictionary<string, Type>
    {
        ["npgsql.range.int"] = typeof(NpgsqlRange<int>),
        ["npgsql.range.int[]"] = typeof(NpgsqlRange<int>[]),
        ["npgsql.range.long"] = typeof(NpgsqlRange<long>),
        ["npgsql.range.long[]"] = typeof(NpgsqlRange<long>[]),
        ["npgsql.range.decimal"] = typeof(NpgsqlRange<decimal>),
        ["npgsql.range.decimal[]"] = typeof(NpgsqlRange<decimal>[]),
        ["npgsql.range.datetime"] = typeof(NpgsqlRange<DateTime>),
        ["npgsql.range.datetime[]"] = typeof(NpgsqlRange<DateTime>[]),
        ["npgsql.range.date"] = typeof(NpgsqlRange<DateOnly>),
        ["npgsql.range.date[]"] = typeof(NpgsqlRange<DateOnly>[]),
        [Point] = typeof(NpgsqlPoint),
        [Point + "[]"] = typeof(NpgsqlPoint[]),
    };

    public static DbCachedValue? TakeApart(object value) => value switch
    {
        NpgsqlRange<int> range => TakeApart("npgsql.range.int", range),
        NpgsqlRange<long> range => TakeApart("npgsql.range.long", range),
        NpgsqlRange<decimal> range => TakeApart("npgsql.range.decimal", range),
        NpgsqlRange<DateTime> range => TakeApart("npgsql.range.datetime", range),
        NpgsqlRange<DateOnly> range => TakeApart("npgsql.range.date", range),
        NpgsqlPoint point => new DbCachedValue(Point, [point.X, point.Y]),
        _ => null,
    };

    public static object? PutTogether(DbCachedValue value) => value.Type switch
    {
        "npgsql.range.int" => Range<int>(value),
        "npgsql.range.long" => Range<long>(value),
        "npgsql.range.decimal" => Range<decimal>(value),
        "npgsql.range.datetime" => Range<DateTime>(value),
        "npgsql.range.date" => Range<DateOnly>(value),
        Point when value.Parts is [double x, double y] => new NpgsqlPoint(x, y),
        _ => null,
    };

    /// <summary>What Npgsql reads besides a type's default: intervals and addresses in its own forms, ranges of days.
    /// </summary>
    public static bool TryConvert(object value, Type type, [NotNullWhen(true)] out object? converted)
    {
        converted = value switch
        {
            TimeSpan time when type == typeof(NpgsqlInterval) => new NpgsqlInterval(
                0, time.Days, (time.Ticks - (time.Days * TimeSpan.TicksPerDay)) / 10),
            IPAddress address when type == typeof(NpgsqlInet) => new NpgsqlInet(address),
            NpgsqlRange<DateTime> range when type == typeof(NpgsqlRange<DateOnly>) =>
                Map(range, static day => DateOnly.FromDateTime(day)),
            NpgsqlRange<DateOnly> range when type == typeof(NpgsqlRange<DateTime>) =>
                Map(range, static day => day.ToDateTime(TimeOnly.MinValue)),
            _ => null,
        };
        return converted is not null;
    }

    public static Array? ReadArrayWithNulls(DbDataReader reader, int ordinal) => reader.GetDataTypeName(ordinal) switch
    {
        "boolean[]" => reader.GetFieldValue<bool?[]>(ordinal),
        "smallint[]" => reader.GetFieldValue<short?[]>(ordinal),
        "integer[]" => reader.GetFieldValue<int?[]>(ordinal),
        "bigint[]" => reader.GetFieldValue<long?[]>(ordinal),
        "real[]" => reader.GetFieldValue<float?[]>(ordinal),
        "double precision[]" => reader.GetFieldValue<double?[]>(ordinal),
        "numeric[]" => reader.GetFieldValue<decimal?[]>(ordinal),
        "uuid[]" => reader.GetFieldValue<Guid?[]>(ordinal),
        "date[]" => reader.GetFieldValue<DateOnly?[]>(ordinal),
        "time without time zone[]" => reader.GetFieldValue<TimeOnly?[]>(ordinal),
        "timestamp without time zone[]" or "timestamp with time zone[]" => reader.GetFieldValue<DateTime?[]>(ordinal),
        "interval[]" => reader.GetFieldValue<TimeSpan?[]>(ordinal),
        _ => null,
    };

    /// <summary>A mapped enum as the texts that it is on the server.</summary>
    public static IReadOnlyList<string?>? ReadEnumLabels(DbDataReader reader, int ordinal) =>
        reader.GetFieldType(ordinal).IsEnum ? [reader.GetString(ordinal)]
        : reader.GetValue(ordinal) is Array { Rank: 1 } ? reader.GetFieldValue<string?[]>(ordinal)
        : null;

    private static DbCachedValue TakeApart<T>(string type, NpgsqlRange<T> range) => range.IsEmpty
        ? new DbCachedValue(type, [])
        : new DbCachedValue(type,
        [
            range.LowerBound, range.LowerBoundIsInclusive, range.LowerBoundInfinite,
            range.UpperBound, range.UpperBoundIsInclusive, range.UpperBoundInfinite,
        ]);

    private static object? Range<T>(DbCachedValue value) => value.Parts switch
    {
        [] => NpgsqlRange<T>.Empty,
        [T lower, bool lowerInclusive, bool lowerInfinite, T upper, bool upperInclusive, bool upperInfinite] =>
            new NpgsqlRange<T>(lower, lowerInclusive, lowerInfinite, upper, upperInclusive, upperInfinite),
        _ => null,
    };

    private static NpgsqlRange<TTo> Map<TFrom, TTo>(NpgsqlRange<TFrom> range, Func<TFrom, TTo> map) => range.IsEmpty
        ? NpgsqlRange<TTo>.Empty
        : new NpgsqlRange<TTo>(
            map(range.LowerBound!), range.LowerBoundIsInclusive, range.LowerBoundInfinite,
            map(range.UpperBound!), range.UpperBoundIsInclusive, range.UpperBoundInfinite);
}
