namespace DbBreaker.DependencyInjection;

/// <summary>What configuration says about a guard that is held open by hand.</summary>
internal sealed record GuardIsolation(string Reason, DateTimeOffset? Until);
