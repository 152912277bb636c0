namespace DbBreaker.DependencyInjection;

/// <summary>Options without a member: validating them at the host's start is what brings the guards up.</summary>
internal sealed class GuardStart;
