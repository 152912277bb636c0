using System.Data;

namespace DbBreaker.Tests.Failures;

/// <summary>Failures judged without any adapter's help.</summary>
internal static class Neutral
{
    public static DbFailureKind Classify(
        Exception exception, ConnectionState? after = null, DbPhase phase = DbPhase.Executing,
        TimeSpan elapsed = default) =>
        DbFailureClassifier.Classify(NeutralAdapter.Instance, new DbFailure(exception, phase, elapsed, after));
}
