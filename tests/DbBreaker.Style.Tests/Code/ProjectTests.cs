using System.Xml.Linq;

namespace DbBreaker.Style.Tests.Code;

/// <summary>What projects refer to: arrows point inward, never sideways.</summary>
public sealed class ProjectTests
{
    private static readonly string[] Projects =
        [.. Checkout.Files.Where(static path => path.EndsWith(".csproj", StringComparison.Ordinal))];

    [Fact]
    public void A_satellite_refers_to_the_core_and_to_no_other_satellite()
    {
        string[] satellites =
            [.. Projects.Where(static path => path.StartsWith("src/DbBreaker.", StringComparison.Ordinal))];
        Assert.True(satellites.Length >= 5, string.Join(' ', satellites));
        Assert.All(satellites, static path =>
            Assert.Equal(["../DbBreaker/DbBreaker.csproj"], References(path, "ProjectReference")));
    }

    [Fact]
    public void The_core_depends_on_Microsoft_s_abstractions_and_options_only()
    {
        Assert.Empty(References("src/DbBreaker/DbBreaker.csproj", "ProjectReference"));
        Assert.Empty(References("src/DbBreaker/DbBreaker.csproj", "FrameworkReference"));
        Assert.All(References("src/DbBreaker/DbBreaker.csproj", "PackageReference"), static package =>
        {
            Assert.StartsWith("Microsoft.Extensions.", package, StringComparison.Ordinal);
            if (package != "Microsoft.Extensions.Options")
                Assert.EndsWith(".Abstractions", package, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void What_ships_refers_to_nothing_that_does_not() => Found.Nothing(
        from path in Projects
        where path.StartsWith("src/", StringComparison.Ordinal)
        from reference in References(path, "ProjectReference")
        where !reference.StartsWith("../DbBreaker", StringComparison.Ordinal)
        select $"{path}: {reference}");

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        string solution = Checkout.Read("DbBreaker.sln").Replace('\\', '/');
        Found.Nothing(Projects.Where(path => !solution.Contains($"\"{path}\"", StringComparison.Ordinal)));
    }

    [Fact]
    public void Versions_stand_in_one_file() => Found.Nothing(
        from path in Projects
        from package in XDocument.Parse(Checkout.Read(path)).Descendants("PackageReference")
        where package.Attribute("Version") is not null || package.Attribute("VersionOverride") is not null
        select $"{path}: {package}");

    private static string[] References(string path, string kind) =>
    [
        .. XDocument.Parse(Checkout.Read(path)).Descendants(kind)
            .Select(static element => element.Attribute("Include")!.Value.Replace('\\', '/')),
    ];
}
