using System.Data.Common;

namespace DbBreaker;

/// <summary>Opts commands and batches in to cached rows.</summary>
public static class DbFallbackCacheExtensions
{
    /// <summary>Keeps the command's rows, and lets them answer it while neither the primary nor a replica can. Opt in
    /// only what only reads.</summary>
    /// <param name="command">A guarded command, whose guard has
    /// <see cref="DbGuardOptions.FallbackToCache(Action{DbFallbackCacheOptions}?)"/>; with another guard nothing
    /// happens.
    /// </param>
    /// <param name="maxAge">How old the rows may be: 1 millisecond to 365 days.</param>
    /// <param name="scope">Who may see them, such as a tenant; null for whoever asks the same.</param>
    /// <returns>The same command.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="command"/> is null.</exception>
    /// <exception cref="ArgumentException">The command is not guarded, so nobody would answer it.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxAge"/> is out of range.</exception>
    public static DbCommand WithFallbackCache(this DbCommand command, TimeSpan maxAge, string? scope = null)
    {
        ArgumentNullException.ThrowIfNull(command);
        Guarded(command).FallbackCache = new DbFallbackCacheRequest(maxAge, scope);
        return command;

        static GuardedDbCommand Guarded(DbCommand command) =>
            command as GuardedDbCommand ?? throw NotGuarded(command, nameof(command));
    }

    /// <inheritdoc cref="WithFallbackCache(DbCommand, TimeSpan, string?)"/>
    /// <param name="batch">A guarded batch.</param>
    /// <param name="maxAge">How old the rows may be: 1 millisecond to 365 days.</param>
    /// <param name="scope">Who may see them, such as a tenant; null for whoever asks the same.</param>
    public static DbBatch WithFallbackCache(this DbBatch batch, TimeSpan maxAge, string? scope = null)
    {
        ArgumentNullException.ThrowIfNull(batch);
        GuardedDbBatch guarded = batch as GuardedDbBatch ?? throw NotGuarded(batch, nameof(batch));
        guarded.FallbackCache = new DbFallbackCacheRequest(maxAge, scope);
        return batch;
    }

    private static ArgumentException NotGuarded(object given, string name) => new(
        $"The {given.GetType().Name} is not guarded, so no cache would answer it. "
        + "Take it from a guarded connection. For a "
        + "data source's own commands, begin a scope: DbReadScope.BeginWithFallbackCache(maxAge).", name);
}
