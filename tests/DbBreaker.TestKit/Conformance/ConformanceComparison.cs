using System.Data.Common;

namespace DbBreaker.TestKit.Conformance;

/// <summary>Runs the table twice and compares.</summary>
public static class ConformanceComparison
{
    /// <summary>Runs every operation bare and guarded, one after the other.</summary>
    /// <param name="bare">The driver's factory.</param>
    /// <param name="guarded">The guarded factory.</param>
    /// <param name="dialect">The server.</param>
    /// <returns>Where the two did not do the same.</returns>
    public static async Task<IReadOnlyList<ConformanceDifference>> RunAsync(
        DbProviderFactory bare, DbProviderFactory guarded, ConformanceDialect dialect)
    {
        List<ConformanceDifference> differences = [];
        foreach (ConformanceOperation operation in ConformanceTable.Operations)
        {
            string plain = await operation.RunAsync(bare, dialect);
            string seen = await operation.RunAsync(guarded, dialect);
            if (seen != plain) differences.Add(new ConformanceDifference(operation.Name, plain, seen));
        }

        return differences;
    }
}
