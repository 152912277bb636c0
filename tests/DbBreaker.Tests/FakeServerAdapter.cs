using System.Data.Common;

namespace DbBreaker.Tests;

/// <summary>The adapter of a driver that leads to a <see cref="FakeServer"/>.</summary>
internal sealed class FakeServerAdapter : DbProviderAdapter
{
    static FakeServerAdapter() => DbProviderAdapters.Register(new FakeServerAdapter());

    public override string ProviderName => "fake";

    public static GuardTarget TargetOf(FakeServer server) => GuardTarget.Create(new FakeServerConnection(server), null);

    public override bool Handles(DbConnection connection) => connection is FakeServerConnection;

    public override DbFailureKind? Classify(in DbFailure failure) => null;

    public override bool IndicatesStalePool(in DbFailure failure) =>
        failure.Exception is DbException { SqlState: "25006" };

    public override DbEndpoint GetEndpoint(DbConnection connection) =>
        new("fake", "fake://db1/orders", 20, ((FakeServerConnection)connection).Server.ConnectTimeout);

    public override DbConnection CreateProbeConnection(DbConnection connection, TimeSpan timeout)
    {
        FakeServer server = ((FakeServerConnection)connection).Server;
        return server.CannotBeAsked is { } reason ? throw reason : new FakeServerConnection(server);
    }

    public override void ClearPool(DbConnection connection) => ((FakeServerConnection)connection).Server.ClearPool();
}
