namespace DbBreaker.Telemetry;

/// <summary>Operations by outcome since a guard was made. Successes are counted only while somebody reads them;
/// failures always, because they are rare.</summary>
internal sealed class OperationTally
{
    private const int Kinds = (int)DbFailureKind.Misuse + 1;

    private static readonly string[] _outcomes =
        ["unavailable", "timeout", "saturated", "contention", "answered", "cancelled", "misuse", "success"];

    private readonly long[] _counts = new long[Kinds + 1];

    /// <summary>The outcomes, in the order of <see cref="this[int]"/>.</summary>
    public static IReadOnlyList<string> Outcomes => _outcomes;

    public long Successes => this[Kinds];

    public long this[int outcome] => Interlocked.Read(ref _counts[outcome]);

    public long this[DbFailureKind kind] => this[(int)kind];

    public void Succeeded() => Interlocked.Increment(ref _counts[Kinds]);

    public void Failed(DbFailureKind kind) => Interlocked.Increment(ref _counts[(int)kind]);
}
