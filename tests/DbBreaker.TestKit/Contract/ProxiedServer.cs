using System.Data.Common;

namespace DbBreaker.TestKit.Contract;

/// <summary>A real server, reached through a proxy that can hurt.</summary>
/// <param name="factory">The driver, or a wrapper around it.</param>
/// <param name="host">Where the server is.</param>
/// <param name="port">The server's port.</param>
public abstract class ProxiedServer(DbProviderFactory factory, string host, int port) : ContractServer
{
    private readonly FaultProxy _proxy = FaultProxy.Start(host, port);

    /// <inheritdoc/>
    public override DbProviderFactory Factory => factory;

    /// <summary>Gets the proxy's port, on 127.0.0.1.</summary>
    protected int Port => _proxy.Port;

    /// <inheritdoc/>
    public override void Vanish()
    {
        _proxy.RefuseNew();
        _proxy.ResetAll();
    }

    /// <inheritdoc/>
    public override void Return() => _proxy.AcceptNew();

    /// <inheritdoc/>
    public override void StandStill() => _proxy.Silence();

    /// <inheritdoc/>
    public override void GoOn() => _proxy.Resume();

    /// <inheritdoc/>
    protected override void HangUp() => _proxy.ResetAll();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await base.DisposeAsync();
    }
}
