using System.Text.Json;

namespace DbBreaker.Integration.Tests.Fallback;

public sealed class ShapeTests(StorePair pair) : IClassFixture<StorePair>
{
    public static TheoryData<string, bool, bool> EfCases => [.. from name in EfShapes.All.Keys
        from async in (bool[])[false, true] from retrying in (bool[])[false, true] select (name, async, retrying)];

    public static TheoryData<string, bool> AdoCases => [.. from name in AdoShapes.All.Keys
        from async in (bool[])[false, true] select (name, async)];

    [Theory, MemberData(nameof(EfCases))]
    public async Task EF_Core_reads_the_same_from_the_replica(string name, bool async, bool retrying)
    {
        await using Store store = StorePair.Guard(pair.Primary, o => o.FallbackToReplica(pair.Standby), retrying);
        await AssertSame(store, async () =>
        {
            await using StoreContext context = store.Context();
            return await EfShapes.All[name](context, async);
        });
    }

    [Theory, MemberData(nameof(AdoCases))]
    public async Task ADO_NET_and_Dapper_read_the_same_from_the_replica(string name, bool async)
    {
        await using Store store = StorePair.Guard(pair.Primary, o => o.FallbackToReplica(pair.Standby));
        await AssertSame(store, () => AdoShapes.All[name](store.Source, async));
    }

    [Theory, MemberData(nameof(EfCases))]
    public async Task EF_Core_reads_the_same_from_the_cache(string name, bool async, bool retrying)
    {
        await using Store store = StorePair.Guard(pair.Primary, o => o.FallbackToCache(), retrying);
        await AssertSameFromCache(store, async () =>
        {
            await using StoreContext context = store.Context();
            return await EfShapes.All[name](context, async);
        }, isKept: retrying || name != "streamed, left early");
    }

    [Theory, MemberData(nameof(AdoCases))]
    public async Task ADO_NET_and_Dapper_read_the_same_from_the_cache(string name, bool async)
    {
        await using Store store = StorePair.Guard(pair.Primary, o => o.FallbackToCache());
        // A parameter that comes back is no row.
        await AssertSameFromCache(
            store, () => AdoShapes.All[name](store.Source, async), isKept: name != "output parameter");
    }

    private static async Task AssertSameFromCache(Store store, Func<Task<object?>> read, bool isKept)
    {
        string plain = Text(await read());
        using DbReadScope scope = DbReadScope.BeginWithFallbackCache(TimeSpan.FromMinutes(10), "the test");
        Assert.Equal(plain, Text(await read()));
        Assert.Null(scope.Latest);
        DbGuard guard = Assert.Single(store.Registry.Guards);
        guard.Isolate("the test");
        if (!isKept)
        {
            await Assert.ThrowsAsync<DbCircuitOpenException>(read);
            return;
        }

        Assert.Equal(plain, Text(await read()));
        Assert.Equal(DbReadSource.Cache, scope.Latest?.Source);
        Assert.InRange(scope.Latest!.Age!.Value, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        guard.Reset();
        int count = scope.Count;
        Assert.Equal(plain, Text(await read()));
        Assert.Equal(count, scope.Count);
        store.AssertNothingHeld();
    }

    private static async Task AssertSame(Store store, Func<Task<object?>> read)
    {
        using DbReadScope scope = DbReadScope.Begin();
        string plain = Text(await read());
        Assert.Null(scope.Latest);
        DbGuard guard = Assert.Single(store.Registry.Guards, static g => g.Fallbacks is not null);
        guard.Isolate("the test");
        Assert.Equal(plain, Text(await read()));
        Assert.Equal(DbReadSource.Replica, scope.Latest?.Source);
        guard.Reset();
        int count = scope.Count;
        Assert.Equal(plain, Text(await read()));
        Assert.Equal(count, scope.Count);
        store.AssertNothingHeld();
    }

    private static string Text(object? rows) => JsonSerializer.Serialize(rows);
}
