using System.Globalization;
using Docker.DotNet;
using Docker.DotNet.Models;
using DotNet.Testcontainers.Containers;

namespace DbBreaker.TestKit;

/// <summary>A server in a container that keeps its host port over restarts.</summary>
internal sealed class ContainerHost : ServerHost
{
    private const int PortAttempts = 3;
    private static readonly TimeSpan RemovalDeadline = TimeSpan.FromSeconds(20);

    private readonly DockerClient _docker;
    private readonly IContainer _container;
    private readonly string? _alias;
    private readonly int _innerPort;
    private string? _id;
    private bool _silenced;

    private ContainerHost(DockerClient docker, IContainer container, int port, int innerPort, string? alias)
    {
        _docker = docker;
        _container = container;
        _alias = alias;
        _innerPort = innerPort;
        Port = port;
        Cleanup.AtExit(this, Remove);
    }

    /// <summary>
    /// Starts a container on a fixed host port; a random mapping would change with each restart. Another process may
    /// take the port first, so it is tried on a few.
    /// </summary>
    public static async Task<ContainerHost> StartNewAsync(
        DockerClient docker, Func<int, IContainer> build, int innerPort, string? alias,
        CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var port = FreePort.Next();
            var host = new ContainerHost(docker, build(port), port, innerPort, alias);
            try
            {
                await host.StartAsync(cancellationToken);
                return host;
            }
            catch (Exception exception)
            {
                await host.DisposeAsync();
                if (exception is not DockerApiException || attempt == PortAttempts)
                    throw;
            }
        }
    }

    public override string Host => _container.Hostname;

    public override int Port { get; }

    public override (string Host, int Port) PeerAddress => (_alias ?? _container.IpAddress, _innerPort);

    public override async Task<bool> IsRunningAsync(CancellationToken cancellationToken) =>
        (await _docker.Containers.InspectContainerAsync(Id, cancellationToken)).State?.Running == true;

    private string Id => _id ?? throw new InvalidOperationException("The container was never started.");

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_id is not null)
        {
            await _docker.Containers.StartContainerAsync(_id, new ContainerStartParameters(), cancellationToken);
            return;
        }

        try
        {
            await _container.StartAsync(cancellationToken);
        }
        finally
        {
            // A container whose start failed exists all the same, and is to be removed.
            _id = _container.State == TestcontainersStates.Undefined ? null : _container.Id;
        }
    }

    public override Task FreezeAsync(CancellationToken cancellationToken) =>
        _docker.Containers.PauseContainerAsync(Id, cancellationToken);

    public override Task ThawAsync(CancellationToken cancellationToken) =>
        _docker.Containers.UnpauseContainerAsync(Id, cancellationToken);

    public override async Task SilenceAsync(CancellationToken cancellationToken)
    {
        if (_silenced)
            return;
        await FilterAsync("-I", cancellationToken);
        _silenced = true;
    }

    public override async Task UnsilenceAsync(CancellationToken cancellationToken)
    {
        if (!_silenced)
            return;
        await FilterAsync("-D", cancellationToken);
        _silenced = false;
    }

    public override Task SignalAsync(int signal, CancellationToken cancellationToken) =>
        _docker.Containers.KillContainerAsync(
            Id, new ContainerKillParameters { Signal = signal.ToString(CultureInfo.InvariantCulture) },
            cancellationToken);

    public override async Task EndAsync(int signal, TimeSpan deadline, CancellationToken cancellationToken)
    {
        await SignalAsync(signal, cancellationToken);
        await _docker.Containers.WaitContainerAsync(Id, cancellationToken).WaitAsync(deadline, cancellationToken);
        // The rules lived in the network namespace, which went with the container.
        _silenced = false;
    }

    public override async Task RunAsync(string shellCommand, CancellationToken cancellationToken)
    {
        var result = await _container.ExecAsync(["/bin/sh", "-c", shellCommand], cancellationToken);
        if (result.ExitCode != 0)
            throw new InvalidOperationException($"'{shellCommand}' ended with {result.ExitCode}: {result.Stderr}");
    }

    public override async Task<string> LogTailAsync()
    {
        var (output, error) = await _container.GetLogsAsync();
        return string.Join(Environment.NewLine, (output + error).Split('\n').TakeLast(20));
    }

    public override async ValueTask DisposeAsync()
    {
        if (_id is not null)
            await _docker.Containers.RemoveContainerAsync(_id, Forced());
        await _container.DisposeAsync();
        Cleanup.Forget(this);
    }

    public override string ToString() => $"container {_id}";

    private static ContainerRemoveParameters Forced() => new() { Force = true, RemoveVolumes = true };

    private async Task FilterAsync(string change, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess
            || CommandLine.Find("nsenter") is not { } nsenter
            || CommandLine.Find("iptables", "/sbin", "/usr/sbin") is not { } iptables)
        {
            throw new NotSupportedException(
                "Silencing a container needs root on Linux with nsenter and iptables; a FaultProxy needs nothing.");
        }

        var inspected = await _docker.Containers.InspectContainerAsync(Id, cancellationToken);
        var id = inspected.State!.Pid.ToString(CultureInfo.InvariantCulture);
        foreach (var chain in (string[])["INPUT", "OUTPUT"])
        {
            await CommandLine.RunAsync(
                nsenter, ["-t", id, "-n", iptables, "-w", change, chain, "-j", "DROP"], cancellationToken);
        }
    }

    private void Remove()
    {
        if (_id is not null)
            Task.Run(() => _docker.Containers.RemoveContainerAsync(_id, Forced())).Wait(RemovalDeadline);
    }
}
