namespace DbBreaker.AspNetCore.Dashboard;

/// <summary>What the page asks for: which guard, why, and for how long.</summary>
internal sealed record ControlRequest(string? Guard, string? Reason, double? Minutes);
