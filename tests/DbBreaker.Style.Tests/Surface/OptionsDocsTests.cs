using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace DbBreaker.Style.Tests.Surface;

/// <summary>Defaults and ranges stand once in the code; the page and the XML docs say the same.</summary>
public sealed partial class OptionsDocsTests
{
    private static readonly PropertyInfo[] Options = typeof(DbGuardOptions).GetProperties();

    private static readonly Dictionary<string, string[]> Rows = Row().Matches(Checkout.Read("docs/options.md"))
        .ToDictionary(static row => row.Groups["name"].Value, static row => row.Groups["cell"].Captures
            .Select(static cell => cell.Value.Trim()).ToArray());

    public static TheoryData<string> Numbers => [.. Options.Where(IsNumber).Select(static p => p.Name)];

    [Fact]
    public void Every_option_has_a_row_and_every_row_an_option() =>
        Assert.Equal(Options.Select(static p => p.Name).Order(), Rows.Keys.Order());

    [Theory, MemberData(nameof(Numbers))]
    public void The_page_has_the_default_and_the_range(string name)
    {
        (double? standard, double least, double most) = Truth(name);
        string[] range = Rows[name][1].Split(" to ");
        Assert.Equal(standard, Rows[name][0] == "not set" ? null : Number(Rows[name][0]));
        Assert.Equal((least, most), (Number(range[0]), Number(range[1])));
        Assert.NotEqual("", Rows[name][2]);
    }

    [Theory, MemberData(nameof(Numbers))]
    public void The_XML_docs_have_the_default_and_the_range(string name)
    {
        (double? standard, double least, double most) = Truth(name);
        Match said = Value().Match(Documented(name));
        Assert.True(said.Success, $"{name}: {Documented(name)}");
        string text = said.Groups["default"].Value;
        Assert.Equal(standard, text == "null" ? null : Number(text));
        Assert.Equal((least, most), (Number(said.Groups["least"].Value), Number(said.Groups["most"].Value)));
    }

    [Fact]
    public void Options_that_are_no_numbers_say_their_default_too() => Found.Nothing(
        from option in Options
        where !IsNumber(option)
        let value = option.GetValue(new DbGuardOptions())
        let said = value is null ? "null" : $"F:DbBreaker.{value.GetType().Name}.{value}"
        where !Documented(option.Name).Contains($"The default value is {said}", StringComparison.Ordinal)
            || Rows[option.Name][0] != (value is null ? "not set" : $"`{value}`")
        select $"{option.Name}: {Documented(option.Name)}");

    [Theory]
    [InlineData("750 ms", 750)]
    [InlineData("1 minute", 60_000)]
    [InlineData("10 min", 600_000)]
    [InlineData("1 d", 86_400_000)]
    [InlineData("1,000,000", 1_000_000)]
    [InlineData("0.01", 0.01)]
    public void Numbers_are_read_with_their_units(string text, double number) => Assert.Equal(number, Number(text));

    private static bool IsNumber(PropertyInfo option) =>
        (Nullable.GetUnderlyingType(option.PropertyType) ?? option.PropertyType) is { IsEnum: false } type
        && (type == typeof(int) || type == typeof(double) || type == typeof(TimeSpan));

    // MaxBreakDuration and MaxProbeInterval are options themselves, in the range of the option they bound.
    private static (double? Default, double Least, double Most) Truth(string name)
    {
        string range = name is "MaxBreakDuration" or "MaxProbeInterval" ? name[3..] : name;
        return (
            Constant(name),
            Constant("Min" + range) ?? throw new InvalidOperationException($"There is no Min{range}."),
            Constant($"Max{range}Limit") ?? Constant("Max" + range)
                ?? throw new InvalidOperationException($"There is no Max{range}."));
    }

    private static double? Constant(string name) =>
        (typeof(DbGuardDefaults).GetField(name + "Ms") ?? typeof(DbGuardDefaults).GetField(name)) is { } field
            ? Convert.ToDouble(field.GetRawConstantValue(), CultureInfo.InvariantCulture)
            : null;

    private static double Number(string text)
    {
        Match match = Quantity().Match(text.Trim());
        Assert.True(match.Success, $"'{text}' is no number with a unit.");
        double number = double.Parse(match.Groups[1].Value, NumberStyles.Number, CultureInfo.InvariantCulture);
        return number * match.Groups[2].Value switch
        {
            "" or "ms" or "millisecond" => 1,
            "s" or "second" => 1_000,
            "min" or "minute" => 60_000,
            "h" or "hour" => 3_600_000,
            "d" or "day" => 86_400_000,
            var unit => throw new InvalidOperationException($"'{unit}' is not known."),
        };
    }

    // The docs that ship: what an editor shows.
    private static string Documented(string name)
    {
        XElement member = XmlDocs.Of(typeof(DbGuardOptions).Assembly)[$"P:DbBreaker.DbGuardOptions.{name}"];
        return XmlDocs.Text(member.Element("value") ?? throw new InvalidOperationException($"{name} has no <value>."));
    }

    [GeneratedRegex(@"^\| `(?<name>\w+)` \|(?<cell>[^|]*)\|(?<cell>[^|]*)\|(?<cell>[^|]*)\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^The default value is (?<default>.+?)\. From (?<least>.+?) to (?<most>.+?)\.$")]
    private static partial Regex Value();

    [GeneratedRegex(@"^([\d,.]+)(?: ?(ms|min|h|d|s|millisecond|second|minute|hour|day)s?)?$")]
    private static partial Regex Quantity();
}
