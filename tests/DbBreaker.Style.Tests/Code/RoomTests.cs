using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DbBreaker.Style.Tests.Code;

/// <summary>The rooms of the core, and the arrows between them: what docs/architecture.md says, held to the code.</summary>
public sealed class RoomTests
{
    private const string Core = "src/DbBreaker/";

    private static readonly Lazy<string[]> Arrows = new(() => [.. FindArrows().Distinct().Order()]);

    [Fact]
    public void Show() => Found.Nothing(Arrows.Value);

    private static IEnumerable<string> FindArrows()
    {
        SourceFile[] files = [.. Checkout.Source.Where(static f => f.Path.StartsWith(Core, StringComparison.Ordinal))];
        CSharpCompilation core = Compiler.Compile(
            [.. files.Select(static file => file.Tree), Compiler.Parse(Compiler.ImplicitUsings)],
            static assembly => !assembly.StartsWith("DbBreaker", StringComparison.Ordinal));
        foreach (SourceFile file in files)
        {
            SemanticModel model = core.GetSemanticModel(file.Tree);
            foreach (SimpleNameSyntax name in file.Nodes<SimpleNameSyntax>())
            {
                ISymbol? symbol = model.GetSymbolInfo(name).Symbol;
                INamedTypeSymbol? type = symbol as INamedTypeSymbol ?? symbol?.ContainingType;
                if (type is null || type.DeclaringSyntaxReferences.Length == 0) continue;
                string from = RoomOf(file.Path), to = RoomOf(type);
                if (from != to) yield return $"{from} -> {to} :: {Path.GetFileName(file.Path)} {type.Name}";
            }
        }
    }

    private static string RoomOf(INamedTypeSymbol type)
    {
        while (type.ContainingType is { } outer) type = outer;
        return type.DeclaringSyntaxReferences.Select(static r => RoomOf(r.SyntaxTree.FilePath)).MinBy(static r => r.Length)!;
    }

    private static string RoomOf(string path)
    {
        string[] parts = path[Core.Length..].Split('/');
        return parts.Length == 1 ? "" : parts[0];
    }
}
