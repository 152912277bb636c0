using Microsoft.Extensions.Configuration;

namespace DbBreaker.DependencyInjection;

/// <summary>A section that <c>AddDbBreaker</c> was given.</summary>
internal sealed record GuardSection(IConfiguration Configuration)
{
    /// <summary>Where the section stands, for messages; empty for the root.</summary>
    public string Path => Configuration is IConfigurationSection section ? section.Path : "";
}
