namespace DbBreaker.Style.Tests;

/// <summary>The checkout that the tests stand in.</summary>
internal static class Checkout
{
    private static readonly string[] NotOurs =
        ["bin", "obj", "artifacts", "TestResults", "BenchmarkDotNet.Artifacts", "StrykerOutput", ".git", ".vs"];

    public static string Root { get; } = FindRoot();

    /// <summary>Every file but what is built or a tool's, as paths from the root with forward slashes.</summary>
    public static IReadOnlyList<string> Files { get; } =
        [
            .. Walk(Root).Select(static path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>Every C# file that somebody wrote.</summary>
    public static IReadOnlyList<SourceFile> Code { get; } =
        [
            .. Files.Where(static path => path.EndsWith(".cs", StringComparison.Ordinal))
                .Select(static path => new SourceFile(path)),
        ];

    public static IEnumerable<SourceFile> Source => Code.Where(static file => file.IsSource);

    /// <summary>README.md and every page below docs.</summary>
    public static IReadOnlyList<string> Pages { get; } =
        [.. Files.Where(static path => path == "README.md" || (path.StartsWith("docs/", StringComparison.Ordinal)
            && path.EndsWith(".md", StringComparison.Ordinal)))];

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static bool Exists(string path) => Path.Exists(Path.Combine(Root, path));

    private static IEnumerable<string> Walk(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder)) yield return file;
        foreach (string inner in Directory.EnumerateDirectories(folder))
        {
            string name = Path.GetFileName(inner);
            if (NotOurs.Contains(name)) continue;
            foreach (string file in Walk(inner)) yield return file;
        }
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "DbBreaker.sln"))) return at.FullName;
        }

        throw new InvalidOperationException($"There is no DbBreaker.sln above {AppContext.BaseDirectory}.");
    }
}
