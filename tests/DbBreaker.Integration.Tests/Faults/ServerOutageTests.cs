using DbBreaker.TestKit;

namespace DbBreaker.Integration.Tests.Faults;

/// <summary>Faults of the server itself, which take it away until they are over.</summary>
public sealed class ServerOutageTests(HurtServer hurt, ITestOutputHelper output) : IClassFixture<HurtServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private PostgresServer Server => hurt.Server;

    [Fact]
    public Task A_frozen_server() => MeetAsync(() => Server.FreezeAsync(Token), () => Server.ThawAsync(Token));

    [Fact]
    public Task A_refused_port() => MeetAsync(() => Server.KillAsync(Token), () => Server.StartAgainAsync(Token));

    [Fact]
    public Task An_immediate_shutdown() => MeetAsync(
        () => Server.StopAsync(PostgresShutdown.Immediate, Token), () => Server.StartAgainAsync(Token));

    [Fact]
    public Task A_server_that_is_starting_up() => MeetAsync(
        () => Server.HoldInStartupAsync(Token), () => Server.FinishStartupAsync(Token));

    [Fact]
    public Task A_restart_that_nobody_waits_for() => MeetAsync(() => Server.RestartAsync(Token), end: null);

    [Fact]
    public Task A_cable_that_is_cut()
    {
        Assert.SkipUnless(Server.IsContainer, "Packets are dropped in a container's network only.");
        return MeetAsync(() => Server.SilenceAsync(Token), () => Server.UnsilenceAsync(Token));
    }

    private Task MeetAsync(Func<Task> fault, Func<Task>? end) =>
        Outage.MeetAsync(hurt.Pooled(), fault, end, output);
}
