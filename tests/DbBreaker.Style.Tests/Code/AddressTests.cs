using System.Text.RegularExpressions;

namespace DbBreaker.Style.Tests.Code;

/// <summary>Nothing that is told of the machine the work was done on.</summary>
public sealed partial class AddressTests
{
    private static readonly string[] Binary = [".png", ".ico", ".woff2", ".gif", ".jpg"];

    // Standards, documentation, examples that cannot exist, and the machine that the code runs on.
    private static readonly string[] KnownHosts =
    [
        "github.com", "www.w3.org", "tools.ietf.org", "datatracker.ietf.org", "sqlite.org", "www.sqlite.org",
        "www.postgresql.org", "learn.microsoft.com", "opentelemetry.io", "www.npgsql.org", "mysqlconnector.net",
        "dev.mysql.com", "mariadb.com", "keepachangelog.com", "semver.org", "localhost", "127.0.0.1", "0.0.0.0",
        "*", "+",
    ];

    [Fact]
    public void No_file_names_a_folder_of_somebody_s_machine() => Found.Nothing(
        from path in Texts
        from line in Checkout.Read(path).Split('\n').Index()
        where MachinePath().IsMatch(line.Item)
        select $"{path}:{line.Index + 1}: {line.Item.Trim()}");

    [Fact]
    public void Every_host_that_is_named_is_public_or_an_example() => Found.Nothing(
        from path in Texts
        from Match address in Address().Matches(Checkout.Read(path))
        let host = address.Groups[1].Value
        where !KnownHosts.Contains(host) && !IsExample(host)
        select $"{path}: {host}");

    private static IEnumerable<string> Texts =>
        Checkout.Files.Where(static path => !Binary.Contains(Path.GetExtension(path)));

    private static bool IsExample(string host) =>
        host.EndsWith(".example", StringComparison.Ordinal) || host.EndsWith(".test", StringComparison.Ordinal)
        || host.EndsWith(".invalid", StringComparison.Ordinal) || host.EndsWith("example.com", StringComparison.Ordinal)
        || host.EndsWith("example.org", StringComparison.Ordinal);

    [GeneratedRegex(@"(?<![\w./$}])/(work|home|root|Users)/[\w.-]+|[A-Z]:\\+Users\\", RegexOptions.None)]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"\bhttps?://([a-zA-Z0-9.*+-]+)")]
    private static partial Regex Address();
}
