using System.Data.Common;

namespace DbBreaker;

/// <summary>What can be told of a driver without its types. Answers for every connection that no adapter knows.</summary>
internal sealed class NeutralAdapter : DbProviderAdapter
{
    public static readonly NeutralAdapter Instance = new();

    public override string ProviderName => "ado.net";

    public override bool Handles(DbConnection connection) => true;

    public override DbFailureKind? Classify(in DbFailure failure) => null;

    public override DbEndpoint GetEndpoint(DbConnection connection) => throw new NotImplementedException();

    public override DbConnection CreateProbeConnection(DbConnection connection, TimeSpan timeout) =>
        throw new NotImplementedException();

    public override void ClearPool(DbConnection connection)
    {
    }
}
