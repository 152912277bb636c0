using System.Data.Common;

namespace DbBreaker.TestKit.Conformance;

/// <summary>Runs the table twice and compares.</summary>
public static class ConformanceComparison
{
    /// <summary>Runs every operation bare and guarded, one after the other.</summary>
    /// <param name="bare">The driver's factory.</param>
    /// <param name="guarded">The guarded factory.</param>
    /// <param name="dialect">The server.</param>
    /// <param name="failures">Reads what the guard has counted as failures: the server is healthy throughout, so an
    /// operation that adds to it is a difference too.</param>
    /// <returns>Where the two did not do the same.</returns>
    public static async Task<IReadOnlyList<ConformanceDifference>> RunAsync(
        DbProviderFactory bare, DbProviderFactory guarded, ConformanceDialect dialect, Func<long> failures)
    {
        List<ConformanceDifference> differences = [];
        foreach (ConformanceOperation operation in ConformanceTable.Operations)
        {
            string plain = await operation.RunAsync(bare, dialect);
            long before = failures();
            string seen = await operation.RunAsync(guarded, dialect);
            if (failures() > before) seen += $"counted as {failures() - before} failures of the server";
            if (seen != plain) differences.Add(new ConformanceDifference(operation.Name, plain, seen));
        }

        return differences;
    }

    /// <summary>Fails when something differs that is not listed, and when something is listed that does not.</summary>
    /// <param name="differences">What <see cref="RunAsync"/> found.</param>
    /// <param name="expected">By operation: why it may differ.</param>
    /// <param name="sometimes">What of it shows in some runs only.</param>
    /// <exception cref="InvalidOperationException">The two do not agree; the text lists everything.</exception>
    public static void Check(
        IReadOnlyList<ConformanceDifference> differences,
        IReadOnlyDictionary<string, string> expected,
        params IEnumerable<string> sometimes)
    {
        IEnumerable<string> unexpected = differences.Where(d => !expected.ContainsKey(d.Operation)).Select(d => $"{d}");
        IEnumerable<string> gone = expected.Keys.Except(sometimes).Except(differences.Select(d => d.Operation))
            .Select(static operation => $"Listed as different, and it is not: {operation}");
        string[] wrong = [.. unexpected, .. gone];
        if (wrong.Length == 0) return;
        throw new InvalidOperationException(
            $"{wrong.Length} of {ConformanceTable.Operations.Count} operations:\n{string.Join('\n', wrong)}");
    }
}
