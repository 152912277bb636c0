namespace DbBreaker.Fallback;

/// <summary>What a replica said of how far it is behind. Immutable.</summary>
/// <param name="Lag">How far its rows may be behind the primary's; null when it does not know.</param>
/// <param name="SinceReplay">Before how long it was level with the primary for sure; more than the lag when the primary
/// has been lost since.</param>
/// <param name="Error">Why it could not tell.</param>
/// <param name="At">When it was asked, as a timestamp.</param>
/// <param name="IsKnown">Whether it was asked at all.</param>
internal sealed record LagReading(TimeSpan? Lag, TimeSpan? SinceReplay, Exception? Error, long At, bool IsKnown)
{
    public static LagReading None { get; } = new(null, null, null, 0, IsKnown: false);
}
