namespace DbBreaker.Fallback;

/// <summary>
/// One way to answer a read without the primary. Safe for concurrent use. A link that cannot help says why with
/// <see cref="DbFallbackCall.Decline"/> and returns null; what it throws is the caller's answer and ends the chain.
/// </summary>
internal abstract class FallbackLink
{
    /// <summary>Whether it may lack what was written a moment ago.</summary>
    public virtual bool MayLag => true;

    /// <param name="call">The read.</param>
    /// <param name="async">With false, the returned task is complete and nothing was waited for asynchronously.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public abstract ValueTask<FallbackAnswer?> AnswerAsync(
        DbFallbackCall call, bool async, CancellationToken cancellationToken);
}
