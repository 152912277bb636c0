using System.Data;
using System.Data.Common;

namespace DbBreaker.Fallback.Cache;

/// <summary>What is read, as the caller said it.</summary>
internal readonly ref struct QueryShape
{
    public QueryShape(DbCommand command, CommandBehavior behavior, bool isScalar, ReadOnlySpan<char> text)
    {
        Command = command;
        Behavior = behavior;
        IsScalar = isScalar;
        Text = text;
    }

    public QueryShape(DbBatch batch, CommandBehavior behavior, bool isScalar)
    {
        Batch = batch;
        Behavior = behavior;
        IsScalar = isScalar;
    }

    public DbCommand? Command { get; }

    public DbBatch? Batch { get; }

    public CommandBehavior Behavior { get; }

    public bool IsScalar { get; }

    /// <summary>The command's text without what only says how to cache it.</summary>
    public ReadOnlySpan<char> Text { get; }
}
