using System.Data;
using System.Data.Common;
using System.Security.Cryptography;
using System.Text;

namespace DbBreaker.Fallback.Cache;

/// <summary>One read that opted in: its key, and how its rows are kept. For one caller, and one execution.</summary>
internal sealed class CachedRead
{
    private readonly FallbackCache _cache;
    private readonly string _text;
    private LagReading? _lag;

    public CachedRead(FallbackCache cache, CacheKey? key, TimeSpan maxAge, in QueryShape shape, string? problem)
    {
        _cache = cache;
        Key = key;
        MaxAge = maxAge;
        Problem = problem;
        StartedAt = cache.Time.GetUtcNow();
        IsScalar = shape.IsScalar;
        IsOneRow = shape.IsScalar || (shape.Behavior & CommandBehavior.SingleRow) != 0;
        // Its rows are none, or wanted for their columns' sake only.
        bool isForSchema = (shape.Behavior & (CommandBehavior.SchemaOnly | CommandBehavior.KeyInfo)) != 0;
        IsRecorded = key is not null && !isForSchema && cache.IsDue(key, ofReplica: false);
        _text = shape.Command?.CommandText ?? FirstText(shape.Batch!.BatchCommands);
    }

    /// <summary>Null when something of it cannot be part of a key; <see cref="Problem"/> says what.</summary>
    public CacheKey? Key { get; }

    public string? Problem { get; }

    public TimeSpan MaxAge { get; }

    /// <summary>When the read began.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>How fresh its rows are.</summary>
    public EntryTime Time => _lag is null
        ? EntryTime.OfPrimary(StartedAt) : EntryTime.OfReplica(StartedAt, _lag, _cache.Time);

    /// <summary>Whether a replica gives the rows, which are kept unless others have more.</summary>
    public bool IsOfReplica => _lag is not null;

    /// <summary>Whether the caller takes one row at most, and need not be seen reaching the end.</summary>
    public bool IsOneRow { get; }

    /// <summary>Whether the caller takes the first value only.</summary>
    public bool IsScalar { get; }

    /// <summary>Whether the rows are to be kept.</summary>
    public bool IsRecorded { get; }

    /// <summary>The command's text as a few digits, for log lines, which carry no SQL.</summary>
    public string Shape => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_text)).AsSpan(0, 4));

    /// <summary>A behavior that lets each row be read twice.</summary>
    public static CommandBehavior Recordable(CommandBehavior behavior, CachedRead? read) =>
        read is { IsRecorded: true } ? behavior & ~CommandBehavior.SequentialAccess : behavior;

    public static DbDataReader Record(DbDataReader reader, CachedRead? read) =>
        read is { IsRecorded: true } ? new RecordingReader(reader, read) : reader;

    /// <summary>As from the primary, for rows of a replica.</summary>
    public static DbDataReader Record(DbDataReader reader, CachedRead? read, LagReading lag)
    {
        if (read is not { IsRecorded: true } || !read._cache.IsDue(read.Key!, ofReplica: true)) return reader;
        read._lag = lag;
        return new RecordingReader(reader, read);
    }

    public EntryRecorder StartRecorder() => _cache.StartRecorder(this);

    public void Finished(EntryRecorder recorder)
    {
        if (recorder.Problem is { } problem) Refused(problem);
        else _cache.Keep(this, recorder.Finish());
    }

    public void Refused(string why) => _cache.Refused(this, why);

    // That a batch has no commands is the driver's to say.
    private static string FirstText(DbBatchCommandCollection commands) =>
        commands.Count == 0 ? "" : commands[0].CommandText;
}
