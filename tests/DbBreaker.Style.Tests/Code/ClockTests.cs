using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DbBreaker.Style.Tests.Code;

/// <summary>Time comes from a TimeProvider, whatever the analyzer of the day looks at.</summary>
public sealed partial class ClockTests
{
    [Theory]
    [InlineData("DateTime.UtcNow", true)]
    [InlineData("DateTimeOffset.Now", true)]
    [InlineData("Environment.TickCount64", true)]
    [InlineData("Stopwatch.GetTimestamp()", true)]
    [InlineData("new System.Threading.Timer(tick)", true)]
    [InlineData("new Timer(tick)", true)]
    [InlineData("Thread.Sleep(1)", true)]
    [InlineData("time.GetTimestamp()", false)]
    [InlineData("time.CreateTimer(tick, null, a, b)", false)]
    [InlineData("KeepAliveTimer(tick)", false)]
    public void A_clock_of_its_own_is_recognized(string text, bool found) => Assert.Equal(found, Clock().IsMatch(text));

    [Fact]
    public void The_source_has_no_clock_of_its_own() => Found.Nothing(
        from file in Checkout.Source
        from line in file.Lines.Index()
        where Clock().IsMatch(line.Item)
        select $"{file}:{line.Index + 1}: {line.Item.Trim()}");

    [Fact]
    public void Every_delay_in_the_source_is_given_its_clock() => Found.Nothing(
        from file in Checkout.Source
        from call in file.Nodes<InvocationExpressionSyntax>()
        where call.Expression is MemberAccessExpressionSyntax
        {
            Name.Identifier.Text: "Delay",
            Expression: IdentifierNameSyntax { Identifier.Text: "Task" },
        }
        where call.ArgumentList.Arguments.Count < 2 || !NamesAClock(call.ArgumentList.Arguments[1].ToString())
        select $"{file.At(call)}: {call}");

    private static bool NamesAClock(string argument) => argument.Contains("time", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"\b(DateTime|DateTimeOffset)\.(Utc)?(Now|Today)\b|\bStopwatch\b|\bTickCount(64)?\b"
        + @"|\bThread\.(Sleep|SpinWait)\b|\bnew\s+([\w.]+\.)?Timer\(|\bPeriodicTimer\b")]
    private static partial Regex Clock();
}
