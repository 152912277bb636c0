using System.Text;
using System.Text.RegularExpressions;

namespace DbBreaker.Style.Tests.Docs;

/// <summary>A fenced block of a page.</summary>
/// <param name="Page">The page.</param>
/// <param name="Line">The line of the fence, from 1.</param>
/// <param name="Language">What stands behind the fence.</param>
/// <param name="Text">What is inside.</param>
public sealed record Block(string Page, int Line, string Language, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Page}:{Line}";
}

/// <summary>What a page is made of.</summary>
internal static partial class Markdown
{
    public static IEnumerable<Block> Blocks(string page)
    {
        Block? open = null;
        var text = new StringBuilder();
        foreach ((int index, string line) in Checkout.Read(page).Split('\n').Index())
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                if (open is not null) yield return open with { Text = text.ToString() };
                open = open is null ? new Block(page, index + 1, line[3..].Trim(), "") : null;
                text.Clear();
            }
            else if (open is not null) text.AppendLine(line);
        }

        if (open is not null) throw new InvalidOperationException($"{open} is never closed.");
    }

    /// <summary>The targets of links and pictures, without what leads out of the checkout.</summary>
    public static IEnumerable<(string Path, string Anchor)> Links(string page) =>
        from Match link in Link().Matches(WithoutBlocks(page))
        let target = link.Groups[1].Value
        where !target.Contains("://", StringComparison.Ordinal)
        let parts = target.Split('#')
        let folder = Path.GetDirectoryName(page)!
        let path = parts[0].Length == 0 ? page : Normalize(Path.Combine(folder, parts[0]))
        select (path, parts.Length > 1 ? parts[1] : "");

    /// <summary>The anchors that a page's headings make.</summary>
    public static IEnumerable<string> Anchors(string page) =>
        from Match heading in Heading().Matches(WithoutBlocks(page))
        select NotInAnchors().Replace(heading.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-');

    public static string WithoutBlocks(string page) => Fenced().Replace(Checkout.Read(page), "");

    private static string Normalize(string path) =>
        Path.GetRelativePath(Checkout.Root, Path.GetFullPath(Path.Combine(Checkout.Root, path))).Replace('\\', '/');

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (.+?)\s*$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fenced();
}
