namespace DbBreaker.DependencyInjection;

/// <summary>What <c>AddDbBreaker(name, configure)</c> was given.</summary>
internal sealed record GuardCode(string Name, Action<DbGuardOptions> Configure);
