namespace DbBreaker.AspNetCore.Tests.Page;

/// <summary>Tests that measure time: nothing else of this assembly runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class Alone
{
    public const string Name = "Measured alone";
}
