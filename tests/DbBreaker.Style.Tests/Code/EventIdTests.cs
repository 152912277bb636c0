using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using DbBreaker.Telemetry;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DbBreaker.Style.Tests.Code;

/// <summary>Alerts are built on the ids of log lines.</summary>
public sealed partial class EventIdTests
{
    private static readonly Dictionary<string, int> Names = typeof(EventIds).GetFields()
        .ToDictionary(static field => "EventIds." + field.Name, static field => (int)field.GetRawConstantValue()!);

    private static readonly (SourceFile File, AttributeSyntax Attribute, int Id, string Level)[] Lines =
    [
        .. from file in Checkout.Source
           from attribute in file.Nodes<AttributeSyntax>()
           where attribute.Name.ToString() == "LoggerMessage"
           let arguments = attribute.ArgumentList!.Arguments
           select (file, attribute, IdOf(arguments[0].ToString()), arguments[1].ToString()["LogLevel.".Length..]),
    ];

    [Fact]
    public void No_id_is_used_twice()
    {
        Assert.NotEmpty(Lines);
        Found.Nothing(
            from line in Lines
            group line by line.Id into same
            where same.Count() > 1
            select $"{same.Key}: {string.Join(", ", same.Select(static l => l.File.At(l.Attribute)))}");
        Found.Nothing(
            from name in Names
            where Lines.All(line => line.Id != name.Value)
            select $"{name.Key} is never written");
    }

    [Fact]
    public void Every_id_is_within_the_range_above_it()
    {
        int found = 0;
        foreach (SourceFile file in Checkout.Source)
        {
            (int From, int To)? range = null;
            foreach (string line in file.Lines)
            {
                if (RangeComment().Match(line) is { Success: true } comment)
                    range = (IdOf(comment.Groups[1].Value), IdOf(comment.Groups[2].Value));
                if (Stated().Match(line) is not { Success: true } stated) continue;
                found++;
                Assert.True(range is not null, $"{file}: there is no range above {line.Trim()}");
                Assert.InRange(IdOf(stated.Groups["id"].Value), range.Value.From, range.Value.To);
            }
        }

        Assert.Equal(Lines.Length, found);
    }

    [Fact]
    public void The_page_has_every_id_with_its_level()
    {
        var page = TableRow().Matches(Checkout.Read("docs/telemetry.md"))
            .Select(static row => $"{row.Groups[1].Value} {row.Groups[2].Value}").Order();
        Assert.Equal(Lines.Select(static line => $"{line.Id} {line.Level}").Order(), page);
    }

    private static int IdOf(string text) =>
        Names.TryGetValue(text, out int id) ? id : int.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"//.*\b(\d{4})-(\d{4})\.")]
    private static partial Regex RangeComment();

    [GeneratedRegex(@"\[LoggerMessage\((?<id>\d+)|public const int \w+ = (?<id>1\d{3});")]
    private static partial Regex Stated();

    [GeneratedRegex(@"^\| (\d{4}) \| (\w+) \|", RegexOptions.Multiline)]
    private static partial Regex TableRow();
}
