namespace DbBreaker.DependencyInjection;

/// <summary>Finds what a misspelt name was meant to be.</summary>
internal static class NearestName
{
    /// <summary>The name with the fewest edits, or null when none shares at least half of its letters.</summary>
    public static string? Of(string written, IEnumerable<string> known)
    {
        (string? name, int distance) = (null, int.MaxValue);
        foreach (string candidate in known)
        {
            int edits = Distance(written.ToUpperInvariant(), candidate.ToUpperInvariant());
            if (edits < distance) (name, distance) = (candidate, edits);
        }

        return name is not null && distance <= Math.Max(written.Length, name.Length) / 2 ? name : null;
    }

    private static int Distance(string from, string to)
    {
        int[] above = [.. Enumerable.Range(0, to.Length + 1)];
        int[] row = new int[to.Length + 1];
        for (int i = 1; i <= from.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= to.Length; j++)
            {
                int replaced = above[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                row[j] = Math.Min(replaced, Math.Min(above[j], row[j - 1]) + 1);
            }

            (above, row) = (row, above);
        }

        return above[to.Length];
    }
}
