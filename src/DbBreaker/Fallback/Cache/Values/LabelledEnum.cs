namespace DbBreaker.Fallback.Cache.Values;

/// <summary>A mapped enum's value beside the label that it has in the database, which the driver gives to callers who
/// ask for a text.</summary>
internal sealed record LabelledEnum(Enum Value, string Label);
