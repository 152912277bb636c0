using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;

namespace DbBreaker.Style.Tests.Docs;

/// <summary>Every block of C# on every page compiles against what ships. What a page takes for granted is in
/// Pages.cs.</summary>
public sealed partial class CodeBlockTests
{
    private const string Usings = Compiler.ImplicitUsings + """

        global using System.Data;
        global using System.Data.Common;
        global using Dapper;
        global using DbBreaker;
        global using DbBreaker.EntityFrameworkCore;
        global using DbBreaker.Style.Tests.Docs;
        global using DbBreaker.Telemetry;
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.Data.SqlClient;
        global using Microsoft.EntityFrameworkCore;
        global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging;
        global using MySqlConnector;
        global using Npgsql;
        global using OpenTelemetry.Metrics;
        """;

    public static TheoryData<Block> Blocks =>
        [.. Checkout.Pages.SelectMany(Markdown.Blocks).Where(static block => block.Language is "csharp" or "cs")];

    [Theory, MemberData(nameof(Blocks))]
    public void A_block_compiles(Block block)
    {
        string[] asStatements = Errors(block, "public async Task Run()\n{\n", "\nawait Task.Yield();\n}");
        if (asStatements.Length == 0) return;
        string[] asMembers = Errors(block, "", "");
        // The reading that came further is the one that was meant.
        string[] meant = asMembers.Length < asStatements.Length ? asMembers : asStatements;
        Assert.True(meant.Length == 0, $"{block}:\n{string.Join('\n', meant)}");
    }

    [Fact]
    public void A_block_that_does_not_compile_is_found()
    {
        Assert.NotEmpty(Errors(new Block("README.md", 1, "csharp", "guard.FailureRation = 1;"), "void M() {", "}"));
        Assert.Empty(Errors(new Block("README.md", 1, "csharp", "guard.FailureRatio = 1;"), "void M() {", "}"));
        Assert.True(Blocks.Count > 15, $"{Blocks.Count} blocks");
    }

    private static string[] Errors(Block block, string before, string after)
    {
        string usings = string.Concat(UsingDirective().Matches(block.Text).Select(static match => match.Value + "\n"));
        string body = UsingDirective().Replace(block.Text, "");
        string text = $"{usings}public sealed class Block : {PageClass(block.Page)}\n{{\n{before}{body}{after}\n}}";
        return
        [
            .. Compiler.Compile([Compiler.Parse(Usings), Compiler.Parse(text)]).GetDiagnostics()
                .Where(static diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
                .Select(static diagnostic => diagnostic.ToString()),
        ];
    }

    // docs/observe-mode.md has the class ObserveModePage, when it needs one.
    private static string PageClass(string page)
    {
        IEnumerable<string> words = Path.GetFileNameWithoutExtension(page).Split('-')
            .Select(static word => char.ToUpperInvariant(word[0]) + word[1..]);
        Type? own = typeof(Page).Assembly.GetType($"{typeof(Page).Namespace}.{string.Concat(words)}Page");
        return (own ?? typeof(Page)).FullName!;
    }

    [GeneratedRegex(@"^using [\w.]+;\s*$", RegexOptions.Multiline)]
    private static partial Regex UsingDirective();
}
