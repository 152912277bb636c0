namespace DbBreaker.TestKit.Conformance;

/// <summary>An operation that ended otherwise when it was guarded.</summary>
/// <param name="Operation">The operation's name.</param>
/// <param name="Bare">What happened with the driver's factory.</param>
/// <param name="Guarded">What happened with the guarded one.</param>
public sealed record ConformanceDifference(string Operation, string Bare, string Guarded);
