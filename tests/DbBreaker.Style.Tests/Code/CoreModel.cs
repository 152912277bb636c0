using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DbBreaker.Style.Tests.Code;

/// <summary>One mention of a type in the core.</summary>
/// <param name="File">Where it stands.</param>
/// <param name="Inside">The type that mentions it.</param>
/// <param name="Type">The full name of the type that is mentioned, or whose member is.</param>
/// <param name="To">The file of that type, when it is the core's own.</param>
/// <param name="IsTypeName">Whether the type itself is named, not a member of it.</param>
internal sealed record CoreReference(string File, string Inside, string Type, string? To, bool IsTypeName);

/// <summary>The core as the compiler understands it: who mentions whom, whatever the usings say.</summary>
internal static class CoreModel
{
    public const string Folder = "src/DbBreaker/";

    private static readonly Lazy<CoreReference[]> Found = new(() => [.. Find().Distinct()]);

    public static IReadOnlyList<CoreReference> References => Found.Value;

    private static IEnumerable<CoreReference> Find()
    {
        SourceFile[] files =
            [.. Checkout.Source.Where(static f => f.Path.StartsWith(Folder, StringComparison.Ordinal))];
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
                if (type is null) continue;
                while (type.ContainingType is { } outer) type = outer;
                BaseTypeDeclarationSyntax? inside =
                    name.Ancestors().OfType<BaseTypeDeclarationSyntax>().LastOrDefault();
                yield return new CoreReference(
                    file.Path,
                    inside?.Identifier.Text ?? "",
                    type.OriginalDefinition.ToDisplayString(),
                    HomeOf(type),
                    symbol is INamedTypeSymbol);
            }
        }
    }

    // A type in parts is at home where most of it is: at the root, if it has a part there.
    private static string? HomeOf(INamedTypeSymbol type) =>
        type.DeclaringSyntaxReferences.Select(static r => r.SyntaxTree.FilePath)
            .MinBy(static path => path.Count(static c => c == '/'));
}
