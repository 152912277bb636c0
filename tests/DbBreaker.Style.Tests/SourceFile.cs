using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DbBreaker.Style.Tests;

/// <summary>One C# file: its text, its lines and its syntax.</summary>
internal sealed class SourceFile
{
    private static readonly CSharpParseOptions Options = new(LanguageVersion.Latest, DocumentationMode.Parse);

    private readonly Lazy<SyntaxTree> _tree;

    public SourceFile(string path)
    {
        Path = path;
        Text = Checkout.Read(path);
        Lines = Text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        _tree = new(() => CSharpSyntaxTree.ParseText(Text, Options, Path));
    }

    public string Path { get; }

    public string Text { get; }

    public string[] Lines { get; }

    public bool IsSource => Path.StartsWith("src/", StringComparison.Ordinal);

    public SyntaxTree Tree => _tree.Value;

    public IEnumerable<T> Nodes<T>()
        where T : SyntaxNode => Tree.GetRoot().DescendantNodes().OfType<T>();

    /// <summary>Where a node stands, for a message.</summary>
    public string At(SyntaxNode node) => $"{Path}:{node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}";

    public override string ToString() => Path;
}
