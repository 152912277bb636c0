using System.Data.Common;

namespace DbBreaker.TestKit.Profiled;

/// <summary>A factory of wrapped connections and commands.</summary>
/// <param name="inner">The driver's factory, or a guarded one.</param>
public sealed class ProfiledFactory(DbProviderFactory inner) : DbProviderFactory
{
    /// <summary>Gets what is wrapped.</summary>
    public DbProviderFactory WrappedFactory => inner;

    /// <inheritdoc/>
    public override DbConnection CreateConnection() => new ProfiledConnection(inner.CreateConnection()!);

    /// <inheritdoc/>
    public override DbCommand CreateCommand() => new ProfiledCommand(inner.CreateCommand()!, connection: null);

    /// <inheritdoc/>
    public override DbParameter? CreateParameter() => inner.CreateParameter();
}
