namespace DbBreaker.TestKit.Conformance;

/// <summary>
/// Every member of the ADO.NET surface, with good and bad arguments, sync and async, at every stage of a connection's
/// life. Whoever runs it does so twice, with the driver's factory and with a guarded one, and compares: a driver's own
/// peculiarities need no judgement then.
/// </summary>
public static class ConformanceTable
{
    /// <summary>Gets all operations; their names are unique.</summary>
    public static IReadOnlyList<ConformanceOperation> Operations { get; } =
    [
        .. ConnectionOperations.All(), .. CommandOperations.All(), .. TransactionOperations.All(),
        .. ReaderOperations.All(), .. ParameterOperations.All(), .. BatchOperations.All(), .. SourceOperations.All(),
        .. AdapterOperations.All(),
    ];
}
