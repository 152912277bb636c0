namespace DbBreaker.Liveness;

/// <summary>What the stall detector saw.</summary>
internal readonly record struct StallReading(int Running, int Stalled, bool IsStall);
