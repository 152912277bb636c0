using System.Globalization;

namespace DbBreaker.TestKit;

/// <summary>A process with everything it forked, read from /proc.</summary>
internal static class ProcessTree
{
    /// <summary>The process and its descendants, parents before their children.</summary>
    public static IReadOnlyList<int> Of(int root)
    {
        if (!Directory.Exists("/proc/self"))
            throw new PlatformNotSupportedException("Signals to a process tree need /proc, that is, Linux.");
        var children = Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), out var id) ? id : 0)
            .Where(id => id > 0)
            .ToLookup(ParentOf);
        var tree = new List<int> { root };
        for (var next = 0; next < tree.Count; next++)
            tree.AddRange(children[tree[next]]);
        return tree;
    }

    /// <summary>
    /// Signals the root first, so that it forks nothing new, and then, repeatedly, whatever is new below it.
    /// </summary>
    public static void Signal(int root, int signal)
    {
        var done = new HashSet<int>();
        bool found;
        do
        {
            found = false;
            foreach (var id in Of(root).Where(done.Add))
                found |= Signals.Send(id, signal);
        }
        while (found);
    }

    /// <summary>
    /// SIGSTOP to the whole tree. Returns when each thread stands still: a busy machine delivers the signal late, and
    /// until then a server goes on answering and forking.
    /// </summary>
    /// <exception cref="TimeoutException">Something still ran at the deadline.</exception>
    public static Task StopAsync(int root, TimeSpan deadline, CancellationToken cancellationToken) =>
        Eventually.BecomesTrueAsync(
            () =>
            {
                var running = Of(root).Where(id => !StandsStill(id)).ToList();
                foreach (var id in running)
                    Signals.Send(id, Signals.Stop);
                return running.Count == 0;
            },
            deadline, $"every thread below process {root} stands still", interval: TimeSpan.FromMilliseconds(2),
            cancellationToken: cancellationToken);

    /// <summary>Whether every thread of the process is stopped; one that has ended stands still for good.</summary>
    internal static bool StandsStill(int id)
    {
        try
        {
            return Directory.EnumerateDirectories($"/proc/{id}/task")
                .All(thread => FieldsOf(Path.Combine(thread, "stat")) is not [var state, ..] || "TtZX".Contains(state));
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static int ParentOf(int id) =>
        FieldsOf($"/proc/{id}/stat") is [_, var parent, ..] ? int.Parse(parent, CultureInfo.InvariantCulture) : -1;

    // The second field, the name, stands in parentheses and may hold anything; state and parent follow it.
    private static string[] FieldsOf(string statPath)
    {
        try
        {
            var stat = File.ReadAllText(statPath);
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ', 3);
        }
        catch (IOException)
        {
            // The process or thread has ended meanwhile.
            return [];
        }
    }
}
