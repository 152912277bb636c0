using System.Data.Common;
using DbBreaker.Fallback;
using DbBreaker.Fallback.Cache;

namespace DbBreaker.Data;

// What a command and a batch do alike: reads may be answered elsewhere, everything else is the primary's.
internal partial struct CommandTarget
{
    public readonly DbReadOrigin? FallbackOrigin => _read?.Origin;

    /// <summary>Cancels what runs on a replica.</summary>
    public readonly void CancelElsewhere() => _read?.Cancel();

    public DbDataReader Read(in Query query, in OperationPlan plan, DbFallbackCacheRequest? cache) =>
        Read(query, plan, cache, static q => q.Read(), static reader => reader, isScalar: false);

    public Task<DbDataReader> ReadAsync(
        in Query query, in OperationPlan plan, DbFallbackCacheRequest? cache, CancellationToken cancellationToken) =>
        ReadAsync(
            query,
            plan,
            cache,
            static (q, token) => q.ReadAsync(token),
            static (reader, _) => Task.FromResult(reader),
            isScalar: false,
            cancellationToken);

    public object? Scalar(in Query query, in OperationPlan plan, DbFallbackCacheRequest? cache) =>
        Read(query, plan, cache, static q => q.Scalar(), FallbackRead.Scalar, isScalar: true);

    public Task<object?> ScalarAsync(
        in Query query, in OperationPlan plan, DbFallbackCacheRequest? cache, CancellationToken cancellationToken) =>
        ReadAsync(
            query,
            plan,
            cache,
            static (q, token) => q.ScalarAsync(token),
            FallbackRead.ScalarAsync,
            isScalar: true,
            cancellationToken);

    public readonly int Change(in Query query, in OperationPlan plan) =>
        GuardedOperation.Run(Session, plan with { Writes = true }, query, static q => q.Change());

    public readonly Task<int> ChangeAsync(
        in Query query, in OperationPlan plan, CancellationToken cancellationToken) =>
        GuardedOperation.RunAsync(
            Session, plan with { Writes = true }, query, static (q, token) => q.ChangeAsync(token), cancellationToken);

    public readonly void Prepare(in Query query)
    {
        if (!HasNothingToPrepare) GuardedOperation.Run(Session, Local, query, static q => q.Prepare());
    }

    public readonly Task PrepareAsync(in Query query, CancellationToken cancellationToken) => HasNothingToPrepare
        ? Task.CompletedTask
        : GuardedOperation.RunAsync(
            Session, Local, query, static (q, token) => q.PrepareAsync(token), cancellationToken);

    // There is no session yet to prepare it in; whoever answers the command does without.
    private readonly bool HasNothingToPrepare => Session is { IsDeferred: true, FallsBack: true };

    private TResult Read<TResult>(
        in Query query,
        in OperationPlan plan,
        DbFallbackCacheRequest? cache,
        Func<Query, TResult> run,
        Func<DbDataReader, TResult> take,
        bool isScalar)
    {
        if (!FallbackRead.IsPossible(Session, plan)) return GuardedOperation.Run(Session, plan, query, run);
        _read ??= new FallbackRead();
        return _read.Run(Connection!, plan, Find(query, cache, isScalar), run, take);
    }

    private Task<TResult> ReadAsync<TResult>(
        in Query query,
        in OperationPlan plan,
        DbFallbackCacheRequest? cache,
        Func<Query, CancellationToken, Task<TResult>> run,
        Func<DbDataReader, CancellationToken, Task<TResult>> take,
        bool isScalar,
        CancellationToken cancellationToken)
    {
        if (!FallbackRead.IsPossible(Session, plan))
            return GuardedOperation.RunAsync(Session, plan, query, run, cancellationToken);
        _read ??= new FallbackRead();
        return _read.RunAsync(Connection!, plan, Find(query, cache, isScalar), run, take, cancellationToken);
    }

    private readonly Query Find(in Query query, DbFallbackCacheRequest? cache, bool isScalar)
    {
        CachedRead? cached = Session!.Guard.Fallbacks?.Cache?.Find(
            cache, Session, query.ShapeOf(isScalar));
        return query with { Behavior = CachedRead.Recordable(query.Behavior, cached), Cached = cached };
    }
}
