using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace DbBreaker.TestKit;

/// <summary>
/// What must not outlive the process: each server, container and folder is removed on dispose, and otherwise when the
/// process ends or is interrupted with Ctrl-C.
/// </summary>
internal static class Cleanup
{
    private static readonly ConcurrentDictionary<object, (Action Remove, bool Last)> Pending = new();
    private static readonly PosixSignalRegistration[] Registrations = Register();

    /// <summary>Runs <paramref name="remove"/> at the end of the process, unless it is forgotten first.</summary>
    /// <param name="owner">What is removed; its text names it in errors.</param>
    /// <param name="remove">Removes it, synchronously.</param>
    /// <param name="last">Whether it can go only after everything else, as a network after its containers.</param>
    public static void AtExit(object owner, Action remove, bool last = false)
    {
        GC.KeepAlive(Registrations);
        Pending[owner] = (remove, last);
    }

    public static void Forget(object owner) => Pending.TryRemove(owner, out _);

    private static PosixSignalRegistration[] Register()
    {
        AppDomain.CurrentDomain.ProcessExit += (_, _) => RunAll();
        return
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => RunAll()),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, _ => RunAll()),
        ];
    }

    private static void RunAll()
    {
        foreach (var last in (bool[])[false, true])
            Parallel.ForEach(Pending.Where(entry => entry.Value.Last == last).Select(entry => entry.Key), Run);
    }

    private static void Run(object owner)
    {
        if (!Pending.TryRemove(owner, out var entry))
            return;
        try
        {
            entry.Remove();
        }
        catch (Exception exception)
        {
            // The process is ending; the next one's removal matters more than this one's error.
            Console.Error.WriteLine($"Not removed: {owner}: {exception.Message}");
        }
    }
}
