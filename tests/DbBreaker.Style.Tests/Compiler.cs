using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DbBreaker.Style.Tests;

/// <summary>Compiles text in memory, against what these tests run with.</summary>
internal static class Compiler
{
    /// <summary>The usings that the SDK adds.</summary>
    public const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly CSharpParseOptions Options = new(LanguageVersion.Latest);

    private static readonly Lazy<MetadataReference[]> Assemblies = new(() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(static path => MetadataReference.CreateFromFile(path)),
    ]);

    public static SyntaxTree Parse(string text, string path = "") =>
        CSharpSyntaxTree.ParseText(text, Options, path);

    public static CSharpCompilation Compile(IEnumerable<SyntaxTree> trees, Func<string, bool>? isReferenced = null)
    {
        IEnumerable<MetadataReference> references = Assemblies.Value
            .Where(reference => isReferenced?.Invoke(Path.GetFileName(reference.Display!)) ?? true);
        return CSharpCompilation.Create(
            "DbBreaker.Checked",
            trees,
            references,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
    }
}
