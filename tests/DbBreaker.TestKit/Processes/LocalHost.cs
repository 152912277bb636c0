using System.Diagnostics;

namespace DbBreaker.TestKit;

/// <summary>A server from binaries on this machine, run by an unprivileged user in a folder of its own.</summary>
internal sealed class LocalHost : ServerHost
{
    private const int LogTailLines = 20;
    private static readonly TimeSpan FreezeDeadline = TimeSpan.FromSeconds(30);

    private readonly string _program;
    private readonly string[] _arguments;
    private readonly string _logPath;
    private Process? _process;

    public LocalHost(string folder, string program, IEnumerable<string> arguments, int port)
    {
        Folder = folder;
        _program = program;
        _arguments = [.. arguments];
        _logPath = Path.Combine(folder, "server.log");
        Port = port;
        Cleanup.AtExit(this, Remove);
    }

    public string Folder { get; }

    public override string Host => "127.0.0.1";

    public override int Port { get; }

    public override (string Host, int Port) PeerAddress => (Host, Port);

    public override Task<bool> IsRunningAsync(CancellationToken cancellationToken) =>
        Task.FromResult(_process is { HasExited: false });

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (_process is { HasExited: false })
            throw new InvalidOperationException($"{_program} already runs as process {_process.Id}.");
        _process?.Dispose();
        // A file takes the log: a pipe that a busy test process does not read would block the server.
        var start = Unprivileged.StartInfo(_program, _arguments);
        _process = Process.Start("/bin/sh",
            ["-c", "exec \"$@\" >>\"$0\" 2>&1 </dev/null", _logPath, start.FileName, .. start.ArgumentList]);
        return Task.CompletedTask;
    }

    public override Task FreezeAsync(CancellationToken cancellationToken) =>
        ProcessTree.StopAsync(Running().Id, FreezeDeadline, cancellationToken);

    public override Task ThawAsync(CancellationToken cancellationToken)
    {
        ProcessTree.Signal(Running().Id, Signals.Continue);
        return Task.CompletedTask;
    }

    public override Task SilenceAsync(CancellationToken cancellationToken) => throw NoNetworkOfItsOwn();

    public override Task UnsilenceAsync(CancellationToken cancellationToken) => throw NoNetworkOfItsOwn();

    public override Task SignalAsync(int signal, CancellationToken cancellationToken)
    {
        Signals.Send(Running().Id, signal);
        return Task.CompletedTask;
    }

    public override async Task EndAsync(int signal, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var process = Running();
        var members = ProcessTree.Of(process.Id);
        if (signal == Signals.Kill)
            ProcessTree.Signal(process.Id, signal);
        else
            Signals.Send(process.Id, signal);
        await process.WaitForExitAsync(cancellationToken).WaitAsync(deadline, cancellationToken);
        // Children see their parent's end a moment later, and a server does not start while one of them is left.
        await Eventually.BecomesTrueAsync(
            () => !members.Any(id => File.Exists($"/proc/{id}/cmdline") && !IsZombie(id)), deadline,
            $"every process of {_program} has ended", cancellationToken: cancellationToken);
    }

    public override Task RunAsync(string shellCommand, CancellationToken cancellationToken) =>
        CommandLine.RunAsync("/bin/sh", ["-c", shellCommand], cancellationToken, unprivileged: true);

    public override Task<string> LogTailAsync() =>
        Task.FromResult(File.Exists(_logPath)
            ? string.Join(Environment.NewLine, File.ReadLines(_logPath).TakeLast(LogTailLines))
            : "");

    public override ValueTask DisposeAsync()
    {
        Remove();
        Cleanup.Forget(this);
        return ValueTask.CompletedTask;
    }

    public override string ToString() => $"{_program} in {Folder}";

    private static bool IsZombie(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static NotSupportedException NoNetworkOfItsOwn() =>
        new("A local server shares this machine's network: silence it through a FaultProxy, or use a container.");

    private Process Running() =>
        _process is { HasExited: false } process
            ? process
            : throw new InvalidOperationException($"{this} is not running.");

    private void Remove()
    {
        if (_process is { HasExited: false } process)
        {
            ProcessTree.Signal(process.Id, Signals.Kill);
            process.WaitForExit();
        }

        _process?.Dispose();
        _process = null;
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
    }
}
