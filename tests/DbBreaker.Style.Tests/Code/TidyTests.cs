using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DbBreaker.Style.Tests.Code;

/// <summary>How every C# file of the checkout looks.</summary>
public sealed partial class TidyTests
{
    private const int MaxFile = 400, MaxLine = 120, MaxMethod = 50;
    private const int MedianFile = 60, LongFile = 200;

    [Fact]
    public void The_checkout_is_found_whole()
    {
        Assert.Contains(Checkout.Code, static file => file.Path == "src/DbBreaker/DbGuard.cs");
        Assert.Contains(Checkout.Code, static file => file.Path == "samples/QuickStart/Program.cs");
        Assert.Contains(Checkout.Code, static file => file.Path.EndsWith("/TidyTests.cs", StringComparison.Ordinal));
        Assert.DoesNotContain(Checkout.Code, static file => file.Path.Contains("/obj/", StringComparison.Ordinal));
    }

    [Fact]
    public void No_file_is_longer_than_400_lines() => Found.Nothing(
        from file in Checkout.Code
        where file.Lines.Length > MaxFile
        select $"{file}: {file.Lines.Length} lines");

    [Fact]
    public void No_line_is_wider_than_120_columns() => Found.Nothing(
        from file in Checkout.Code
        from line in file.Lines.Index()
        where line.Item.Length > MaxLine
        select $"{file}:{line.Index + 1}: {line.Item.Length} columns");

    [Fact]
    public void No_method_is_longer_than_50_lines() => Found.Nothing(
        from file in Checkout.Code
        from node in file.Nodes<SyntaxNode>()
        where IsBody(node)
        let lines = LinesOf(node)
        where lines > MaxMethod
        select $"{file.At(node)}: {lines} lines");

    [Fact]
    public void Half_of_the_source_files_have_at_most_60_lines_and_nineteen_of_twenty_at_most_200()
    {
        int[] lengths = [.. Checkout.Source.Select(static file => file.Lines.Length).Order()];
        Assert.InRange(lengths[lengths.Length / 2], 1, MedianFile);
        Assert.InRange(lengths[lengths.Length * 95 / 100], 1, LongFile);
    }

    [Fact]
    public void Nothing_is_left_over() => Found.Nothing(
        from file in Checkout.Code
        from line in file.Lines.Index()
        where LeftOver().IsMatch(line.Item)
        select $"{file}:{line.Index + 1}: {line.Item.Trim()}");

    [Fact]
    public void Every_class_is_sealed_static_or_abstract() => Found.Nothing(
        from file in Checkout.Code
        from type in file.Nodes<TypeDeclarationSyntax>()
        where type.Kind() is SyntaxKind.ClassDeclaration or SyntaxKind.RecordDeclaration
        where !type.Modifiers.Any(static m => m.Kind() is SyntaxKind.SealedKeyword or SyntaxKind.StaticKeyword
            or SyntaxKind.AbstractKeyword or SyntaxKind.FileKeyword)
        where !IsBenchmark(file, type)
        select $"{file.At(type)}: {type.Identifier}");

    [Fact]
    public void A_warning_is_switched_off_at_most_once_in_a_thousand_lines_and_with_a_reason()
    {
        (SourceFile File, PragmaWarningDirectiveTriviaSyntax Pragma)[] off =
        [
            .. from file in Checkout.Code
               from trivia in file.Tree.GetRoot().DescendantTrivia()
               where trivia.IsKind(SyntaxKind.PragmaWarningDirectiveTrivia)
               let pragma = (PragmaWarningDirectiveTriviaSyntax)trivia.GetStructure()!
               where pragma.DisableOrRestoreKeyword.IsKind(SyntaxKind.DisableKeyword)
               select (file, pragma),
        ];
        Found.Nothing(
            from found in off
            where !Reason().IsMatch(found.Pragma.ToFullString())
            select $"{found.File.At(found.Pragma)}: {found.Pragma}");
        int lines = Checkout.Code.Sum(static file => file.Lines.Length);
        Assert.InRange(off.Length, 0, lines / 1_000);
    }

    // Taken apart, so that this file does not find itself.
    [GeneratedRegex("#reg" + @"ion\b|\bTO" + @"DO\b|\bHA" + @"CK\b|\bFIX" + @"ME\b")]
    private static partial Regex LeftOver();

    [GeneratedRegex(@"//\s*\w+.*\w+.*\.")]
    private static partial Regex Reason();

    private static bool IsBody(SyntaxNode node) => node is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax
        or AccessorDeclarationSyntax
        // A table of constants is no method, however it is spelled.
        || node is PropertyDeclarationSyntax { ExpressionBody.Expression: not CollectionExpressionSyntax };

    private static int LinesOf(SyntaxNode node)
    {
        FileLinePositionSpan span = node.GetLocation().GetLineSpan();
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }

    // BenchmarkDotNet derives from the classes that it runs.
    private static bool IsBenchmark(SourceFile file, TypeDeclarationSyntax type) =>
        file.Path.StartsWith("tests/DbBreaker.Benchmarks/", StringComparison.Ordinal)
        && type.Identifier.Text.EndsWith("Benchmarks", StringComparison.Ordinal);
}
