using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace DbBreaker.Style.Tests.Surface;

/// <summary>The XML docs that ship beside an assembly.</summary>
internal static partial class XmlDocs
{
    public static IReadOnlyDictionary<string, XElement> Of(Assembly assembly) =>
        XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member")
            .ToDictionary(static member => member.Attribute("name")!.Value);

    /// <summary>The text of an element on one line; a reference is its name.</summary>
    public static string Text(XElement element) => Spaces().Replace(
        string.Concat(element.Nodes().Select(static node => node switch
        {
            XText text => text.Value,
            XElement inner => inner.Attribute("cref")?.Value ?? inner.Value,
            _ => "",
        })),
        " ").Trim();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
