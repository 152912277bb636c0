using DbBreaker.TestKit;
using Npgsql;

namespace DbBreaker.Integration.Tests.Faults;

/// <summary>Faults of the way to a server that is well.</summary>
public sealed class NetworkOutageTests(ITestOutputHelper output) : IAsyncLifetime
{
    private FaultProxy? _proxy;
    private string? _connectionString;

    private FaultProxy Proxy => _proxy!;

    public async ValueTask InitializeAsync()
    {
        PostgresServer server = await PostgresServer.FindAsync();
        _proxy = FaultProxy.Start(server.Host, server.Port);
        NpgsqlConnectionStringBuilder builder = server.CreateBuilder();
        (builder.Host, builder.Port) = (_proxy.Host, _proxy.Port);
        _connectionString = HurtServer.Pooled(builder.ConnectionString);
    }

    public ValueTask DisposeAsync() => _proxy?.DisposeAsync() ?? default;

    [Fact]
    public Task Silence() => MeetAsync(Proxy.Silence, Proxy.Resume);

    [Fact]
    public Task Connections_reset_in_mid_query_and_refused_from_then_on() => MeetAsync(
        () =>
        {
            Proxy.RefuseNew();
            Proxy.ResetAll();
        },
        Proxy.AcceptNew);

    private Task MeetAsync(Action fault, Action end) => Outage.MeetAsync(
        _connectionString!, () => Task.Run(fault), () => Task.Run(end), output);
}
