using System.Data;
using System.Data.Common;
using DbBreaker.TestKit;

namespace DbBreaker.Tests.Fallback.Cache;

/// <summary>Rows that a replica gave, where nobody knows how far it is behind.</summary>
public sealed class ReplicaRowsTests : IDisposable
{
    private const string Where = "SELECT place FROM item";
    private static readonly TimeSpan _minute = TimeSpan.FromMinutes(1), _patience = TimeSpan.FromSeconds(20);

    private readonly TwoFiles _files = new();
    private readonly BrokenCache _cache = new();

    public static TheoryData<bool> Ways => [false, true];

    public static TheoryData<bool, bool> Everywhere => [.. from own in (bool[])[false, true]
        from async in (bool[])[false, true] select (own, async)];

    public void Dispose() => _files.Dispose();

    [Theory, MemberData(nameof(Everywhere))]
    public async Task A_replica_s_rows_answer_when_it_is_gone_too_and_their_age_is_not_known(bool own, bool async)
    {
        await using GuardedDbConnection connection = await Connect(own, async);
        connection.Guard.Isolate();
        await using var command = (GuardedDbCommand)Ask(connection);
        Assert.Equal(["replica"], await command.Rows(async));
        Assert.Equal("replica", await command.Scalar(async));
        await Stored(connection);
        Replica(connection).Isolate();
        Assert.Equal(["replica"], await command.Rows(async));
        Assert.Equal(new DbReadOrigin(DbReadSource.Cache, "cache", null), command.FallbackOrigin);
        Assert.Equal("replica", await command.Scalar(async));
        Assert.Equal(0, Replica(connection).GetSnapshot().PermitsInUse);
    }

    [Theory, MemberData(nameof(Everywhere))]
    public async Task They_replace_nothing_that_the_primary_gave(bool own, bool async)
    {
        await using GuardedDbConnection connection = await Connect(own, async);
        await using var command = (GuardedDbCommand)Ask(connection);
        Assert.Equal(["primary"], await command.Rows(async));
        await Stored(connection);
        connection.Guard.Isolate();
        Assert.Equal(["replica"], await command.Rows(async));
        await Stored(connection);
        Replica(connection).Isolate();
        Assert.Equal(["primary"], await command.Rows(async));
        Assert.NotNull(command.FallbackOrigin?.Age);
        connection.Guard.Reset();
    }

    [Theory, MemberData(nameof(Everywhere))]
    public async Task The_primary_replaces_them(bool own, bool async)
    {
        await using GuardedDbConnection connection = await Connect(own, async, c => c.RefreshInterval = _minute);
        connection.Guard.Isolate();
        Assert.Equal(["replica"], await Ask(connection).Rows(async));
        connection.Guard.Reset();
        Assert.Equal(["primary"], await Ask(connection).Rows(async));
        await Stored(connection);
        Isolate(connection);
        Assert.Equal(["primary"], await Ask(connection).Rows(async));
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task What_did_not_opt_in_or_was_not_read_to_its_end_is_not_kept(bool async)
    {
        await using GuardedDbConnection connection = await Connect(own: false, async);
        connection.Guard.Isolate();
        Assert.Equal(["replica"], await connection.CreateCommand(Where).Rows(async));
        await using (DbDataReader reader = await Ask(connection).Reader(async)) Assert.True(await reader.Read(async));
        Isolate(connection);
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => Ask(connection).Rows(async));
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Within_the_refresh_interval_a_replica_s_rows_are_kept_once(bool async)
    {
        await using GuardedDbConnection connection = await Connect(own: true, async, c => c.RefreshInterval = _minute);
        connection.Guard.Isolate();
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(["replica"], await Ask(connection).Rows(async));
            await Stored(connection);
        }

        Assert.Equal(1, _cache.Writes);
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task A_store_that_cannot_be_asked_keeps_what_it_has(bool async)
    {
        await using GuardedDbConnection connection = await Connect(own: true, async);
        await Ask(connection).Rows(async);
        await Stored(connection);
        connection.Guard.Isolate();
        _cache.OnGet = static _ => throw new InvalidOperationException("broken");
        Assert.Equal(["replica"], await Ask(connection).Rows(async));
        await Stored(connection);
        Assert.Equal(1, _cache.Writes);
    }

    private async Task<GuardedDbConnection> Connect(
        bool own, bool async, Action<DbFallbackCacheOptions>? configure = null)
    {
        GuardedDbConnection connection = _files.Connect(o =>
        {
            o.FallbackToReplica(_files.Replica);
            if (own) o.FallbackToCache(_cache, configure);
            else o.FallbackToCache(configure);
        });
        await connection.Open(async);
        return connection;
    }

    private static Task Stored(GuardedDbConnection connection) => Eventually.BecomesTrueAsync(
        () => connection.Guard.Fallbacks!.Cache!.PendingCount == 0, _patience, "it is stored",
        cancellationToken: TestContext.Current.CancellationToken);

    private static void Isolate(GuardedDbConnection connection)
    {
        connection.Guard.Isolate();
        Replica(connection).Isolate();
    }

    private static DbGuard Replica(GuardedDbConnection connection) =>
        connection.Guard.Registry.Guards.Single(guard => guard != connection.Guard);

    private static DbCommand Ask(GuardedDbConnection connection) =>
        connection.CreateCommand(Where).WithFallbackCache(_minute);
}
