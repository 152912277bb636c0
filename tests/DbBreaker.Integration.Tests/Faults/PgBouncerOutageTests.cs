using DbBreaker.TestKit;

namespace DbBreaker.Integration.Tests.Faults;

/// <summary>A pooler that lets everybody in, in front of a server that is gone: an open proves nothing.</summary>
public sealed class PgBouncerOutageTests(HurtServer hurt, ITestOutputHelper output) : IClassFixture<HurtServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pooler_whose_server_is_killed()
    {
        await using PgBouncer bouncer = await StartAsync();

        await Outage.MeetAsync(
            HurtServer.Pooled(bouncer.ConnectionString),
            () => hurt.Server.KillAsync(Token), () => hurt.Server.StartAgainAsync(Token), output);
    }

    [Fact]
    public async Task A_pooler_whose_server_stands_still()
    {
        await using PgBouncer bouncer = await StartAsync();

        await Outage.MeetAsync(
            HurtServer.Pooled(bouncer.ConnectionString),
            () => hurt.Server.FreezeAsync(Token), () => hurt.Server.ThawAsync(Token), output);
    }

    private async Task<PgBouncer> StartAsync()
    {
        Assert.SkipUnless(
            await PgBouncer.TryInstallAsync(Token), "pgbouncer is not on this machine and cannot be installed.");
        var settings = new Dictionary<string, string> { ["server_login_retry"] = "1" };
        return await PgBouncer.StartAsync(hurt.Server, new PgBouncerOptions { Settings = settings }, Token);
    }
}
