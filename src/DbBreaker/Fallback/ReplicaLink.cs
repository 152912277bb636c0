using System.Collections.Immutable;

namespace DbBreaker.Fallback;

/// <summary>The replicas in turn: first those whose circuit is not open; when none of them helped, the others too,
/// because everything out is as good as nothing out.</summary>
internal sealed class ReplicaLink(ImmutableArray<Replica> replicas) : FallbackLink
{
    private int _turn = -1;

    public static ReplicaLink Create(DbGuard guard, DbGuardOptions options, GuardTarget primary) =>
        new([.. options.Replicas.Select(setting => Create(setting, guard, options, primary))]);

    public override async ValueTask<FallbackAnswer?> AnswerAsync(
        DbFallbackCall call, bool async, CancellationToken cancellationToken)
    {
        int first = (int)((uint)Interlocked.Increment(ref _turn) % replicas.Length);
        List<Replica>? unhealthy = null;
        for (int i = 0; i < replicas.Length && !call.IsWrite; i++)
        {
            Replica replica = replicas[(first + i) % replicas.Length];
            if (!replica.IsHealthy)
            {
                (unhealthy ??= []).Add(replica);
                continue;
            }

            if (await replica.AnswerAsync(call, async, cancellationToken).ConfigureAwait(false) is { } answer)
                return answer;
        }

        foreach (Replica replica in unhealthy ?? [])
        {
            if (call.IsWrite) break;
            replica.Hurry();
            if (await replica.AnswerAsync(call, async, cancellationToken).ConfigureAwait(false) is { } answer)
                return answer;
        }

        return null;
    }

    private static Replica Create(ReplicaSetting setting, DbGuard guard, DbGuardOptions options, GuardTarget primary)
    {
        ReplicaSource source = ReplicaSource.Create(setting, primary, guard.Registry);
        DbGuard own = source.FindGuard(setting.DataSource);
        own.ServesReads = true;
        DbProviderAdapter adapter = primary.Adapter;
        var session = new ReplicaSession(source.IsReadOnly ? null : adapter.ReadOnlySessionText, options);
        return new Replica(own, source, session, new ReplicaLag(guard, adapter.ReplicaLagText));
    }
}
