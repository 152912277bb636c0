namespace DbBreaker.Data;

/// <summary>An operation in progress: the generation it belongs to and when it began. Default means none.</summary>
internal readonly record struct OperationStamp(long Generation, long StartedAt);
