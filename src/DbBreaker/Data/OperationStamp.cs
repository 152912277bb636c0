namespace DbBreaker.Data;

/// <summary>An operation in progress: the generation it belongs to and when it began. The default value is
/// none.</summary>
internal readonly record struct OperationStamp(long Generation, long StartedAt)
{
    public bool IsNone => StartedAt == 0;
}
