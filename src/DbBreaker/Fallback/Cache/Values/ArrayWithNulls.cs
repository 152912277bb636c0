namespace DbBreaker.Fallback.Cache.Values;

/// <summary>An array of value types that holds nulls, from a driver that gives it only to callers who ask for nullable
/// elements.</summary>
internal sealed record ArrayWithNulls(Array Array);
