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

    private static int ParentOf(int id)
    {
        try
        {
            // The second field, the name, stands in parentheses and may hold anything; the parent is the second after.
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var rest = stat[(stat.LastIndexOf(')') + 2)..].Split(' ', 3);
            return int.Parse(rest[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return -1;
        }
    }
}
