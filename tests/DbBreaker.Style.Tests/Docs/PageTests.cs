using System.Reflection;
using System.Text.RegularExpressions;
using DbBreaker.Telemetry;

namespace DbBreaker.Style.Tests.Docs;

/// <summary>Pages lead somewhere, and name what there is.</summary>
public sealed partial class PageTests
{
    private static readonly HashSet<string> Names =
    [
        .. typeof(DbBreakerTelemetry).GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(static field => field is { IsLiteral: true } && field.FieldType == typeof(string))
            .Select(static field => (string)field.GetRawConstantValue()!),
    ];

    [Fact]
    public void Every_link_leads_to_a_file_and_its_heading() => Found.Nothing(
        from page in Checkout.Pages
        from link in Markdown.Links(page)
        where !Checkout.Exists(link.Path)
            || (link.Anchor.Length > 0 && !Markdown.Anchors(link.Path).Contains(link.Anchor))
        select $"{page}: {link.Path}#{link.Anchor}");

    [Fact]
    public void Every_page_can_be_reached_from_the_first()
    {
        var reached = new HashSet<string>();
        var next = new Queue<string>(["README.md"]);
        while (next.TryDequeue(out string? page))
        {
            if (!reached.Add(page)) continue;
            foreach ((string path, _) in Markdown.Links(page))
                if (path.EndsWith(".md", StringComparison.Ordinal) && Checkout.Exists(path)) next.Enqueue(path);
        }

        Found.Nothing(Checkout.Pages.Except(reached));
    }

    [Fact]
    public void Every_picture_and_file_below_docs_is_shown_somewhere() => Found.Nothing(
        Checkout.Files.Where(static path => path.StartsWith("docs/", StringComparison.Ordinal))
            .Except(Checkout.Pages).Except(Checkout.Pages.SelectMany(Markdown.Links).Select(static link => link.Path)));

    [Fact]
    public void Every_metric_and_tag_that_a_page_names_exists() => Found.Nothing(
        from page in Checkout.Pages
        from Match name in Emitted().Matches(Checkout.Read(page))
        where !Names.Contains(name.Value)
        select $"{page}: {name.Value}");

    [Fact]
    public void The_page_of_telemetry_names_everything_that_leaves_the_process()
    {
        string page = Checkout.Read("docs/telemetry.md");
        Found.Nothing(Names.Where(name => !page.Contains($"`{name}`", StringComparison.Ordinal)
            && !page.Contains(name, StringComparison.Ordinal)));
    }

    [Fact]
    public void The_readme_is_at_most_150_lines_and_shows_code_on_its_first_screen()
    {
        Assert.InRange(Checkout.Read("README.md").TrimEnd('\n').Split('\n').Length, 1, 150);
        Assert.InRange(Markdown.Blocks("README.md").First(static block => block.Language == "csharp").Line, 1, 30);
    }

    // Names in the middle of a path, a file or an address are none.
    [GeneratedRegex(@"(?<![\w/.-])dbbreaker\.[a-z_.]*[a-z](?![\w/])")]
    private static partial Regex Emitted();
}
