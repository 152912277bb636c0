namespace DbBreaker.CircuitBreaker;

/// <summary>What a window holds: all operations, and the marked ones among them.</summary>
internal readonly record struct WindowCounts(long Total, long Marked)
{
    public double Ratio => Total == 0 ? 0 : (double)Marked / Total;
}
