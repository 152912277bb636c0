namespace DbBreaker.Integration.Tests.Bursts;

/// <summary>What is about time runs while no other test does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
