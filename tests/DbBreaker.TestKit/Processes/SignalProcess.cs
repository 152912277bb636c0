using System.Diagnostics;
using System.Globalization;

namespace DbBreaker.TestKit;

/// <summary>Stops and continues processes, so that a client can be shown a world in which time has jumped.</summary>
public static class SignalProcess
{
    /// <summary>SIGSTOP: the process stands still until <see cref="Continue"/>. False when it is gone.</summary>
    public static bool Stop(int processId) => Signals.Send(processId, Signals.Stop);

    /// <summary>SIGCONT: the process goes on. False when it is gone.</summary>
    public static bool Continue(int processId) => Signals.Send(processId, Signals.Continue);

    /// <summary>SIGSTOP to the process and everything it started.</summary>
    public static void StopTree(int processId) => ProcessTree.Signal(processId, Signals.Stop);

    /// <summary>SIGCONT to the process and everything it started.</summary>
    public static void ContinueTree(int processId) => ProcessTree.Signal(processId, Signals.Continue);

    /// <summary>
    /// Stops the calling process itself and has it continued by a shell after <paramref name="duration"/>.
    /// </summary>
    /// <param name="duration">How long this process stands still.</param>
    /// <param name="cancellationToken">Ends the wait for the shell, not the standstill.</param>
    public static async Task StopThisProcessAsync(TimeSpan duration, CancellationToken cancellationToken = default)
    {
        var seconds = duration.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
        using var shell = Process.Start("/bin/sh",
            ["-c", $"kill -STOP {Environment.ProcessId}; sleep {seconds}; kill -CONT {Environment.ProcessId}"]);
        await shell.WaitForExitAsync(cancellationToken);
    }
}
