using System.Data.Common;
using System.Net.Sockets;

namespace DbBreaker.Tests.Failures;

/// <summary>An adapter of somebody's own that only knows what a refused socket means to it.</summary>
internal sealed class SaturatedWhenRefused : DbProviderAdapter
{
    public override string ProviderName => "test";

    public override bool Handles(DbConnection connection) => false;

    public override DbFailureKind? Classify(in DbFailure failure) =>
        failure.Exception is SocketException ? DbFailureKind.Saturated : null;

    public override DbEndpoint GetEndpoint(DbConnection connection) => new("test", "test", null, null);

    public override DbConnection CreateProbeConnection(DbConnection connection, TimeSpan timeout) =>
        throw new NotSupportedException();

    public override void ClearPool(DbConnection connection)
    {
    }
}
