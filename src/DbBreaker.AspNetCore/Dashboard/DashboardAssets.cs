using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace DbBreaker.AspNetCore.Dashboard;

/// <summary>The page's files, inside the assembly: nothing is fetched from anywhere else.</summary>
internal static class DashboardAssets
{
    private static readonly string _page = ReadText("page.html");

    /// <summary>The files by name, with their content types.</summary>
    public static IReadOnlyDictionary<string, (string ContentType, byte[] Content)> Files { get; } =
        new Dictionary<string, (string, byte[])>
        {
            ["page.css"] = ("text/css; charset=utf-8", Read("page.css")),
            ["page.js"] = ("text/javascript; charset=utf-8", Read("page.js")),
            ["guards.js"] = ("text/javascript; charset=utf-8", Read("guards.js")),
            ["detail.js"] = ("text/javascript; charset=utf-8", Read("detail.js")),
            ["charts.js"] = ("text/javascript; charset=utf-8", Read("charts.js")),
            ["dom.js"] = ("text/javascript; charset=utf-8", Read("dom.js")),
        };

    /// <summary>Changes with the files.</summary>
    public static string Tag { get; } = '"' + Convert.ToHexString(
        SHA256.HashData(Files.Values.SelectMany(static f => f.Content).ToArray()))[..16] + '"';

    public static byte[] Page(string basePath, string token, bool canControl) => Encoding.UTF8.GetBytes(_page
        .Replace("{{base}}", WebUtility.HtmlEncode(basePath), StringComparison.Ordinal)
        .Replace("{{token}}", WebUtility.HtmlEncode(token), StringComparison.Ordinal)
        .Replace("{{control}}", canControl ? "yes" : "no", StringComparison.Ordinal));

    private static string ReadText(string name) => Encoding.UTF8.GetString(Read(name));

    private static byte[] Read(string name)
    {
        using Stream stream = typeof(DashboardAssets).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The page's file {name} is missing from the assembly.");
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
