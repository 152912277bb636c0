using System.Collections.Immutable;
using DbBreaker.Fallback.Cache;

namespace DbBreaker.Fallback;

/// <summary>
/// What answers a guard's reads while its circuit is open: the replicas, then cached rows, then the application's own
/// hook, then the rejection, which says why none of them helped (rule 23). Safe for concurrent use.
/// </summary>
internal sealed class FallbackChain(DbGuard guard, ImmutableArray<FallbackLink> links)
{
    /// <summary>The cached rows, or null when there are none.</summary>
    public FallbackCache? Cache { get; } = links.OfType<CacheLink>().FirstOrDefault()?.Cache;

    /// <summary>The chain of a guard, or null when its options ask for none.</summary>
    public static FallbackChain? Create(DbGuard guard, DbGuardOptions options, GuardTarget? target)
    {
        ImmutableArray<FallbackLink>.Builder links = ImmutableArray.CreateBuilder<FallbackLink>();
        if (target is not null && options.Replicas.Count > 0) links.Add(ReplicaLink.Create(guard, options, target));
        if (target is not null && options.Cache is not null) links.Add(new CacheLink(guard.MakeCache(options)));
        if (options.Fallback is not null || options.FallbackAsync is not null) links.Add(new HookLink(options));
        return links.Count == 0 ? null : new FallbackChain(guard, links.ToImmutable());
    }

    public FallbackAnswer Answer(DbFallbackCall call)
    {
        ValueTask<FallbackAnswer> answering = AnswerAsync(call, async: false, CancellationToken.None);
        System.Diagnostics.Debug.Assert(
            answering.IsCompleted, "A link waited asynchronously for a synchronous caller.");
        return answering.GetAwaiter().GetResult();
    }

    public ValueTask<FallbackAnswer> AnswerAsync(DbFallbackCall call, CancellationToken cancellationToken) =>
        AnswerAsync(call, async: true, cancellationToken);

    private async ValueTask<FallbackAnswer> AnswerAsync(
        DbFallbackCall call, bool async, CancellationToken cancellationToken)
    {
        if (call.WroteLately)
            call.Decline("whatever may lag", "was not asked, because this flow wrote a moment ago (ReadYourWrites)");
        foreach (FallbackLink link in links)
        {
            if (link.MayLag && call.WroteLately) continue;
            FallbackAnswer? answer = await link.AnswerAsync(call, async, cancellationToken).ConfigureAwait(false);
            if (answer is not null)
            {
                call.Origin = answer.Origin;
                guard.FallbackAnswered(SourceName(answer.Origin.Source), answer.Origin.Age);
                DbReadScope.Current?.Add(answer.Origin);
                return answer;
            }

            if (call.IsWrite) break;
        }

        throw call.Reject();
    }

    private static string SourceName(DbReadSource source) => source switch
    {
        DbReadSource.Replica => "replica",
        DbReadSource.Cache => "cache",
        _ => "hook",
    };
}
