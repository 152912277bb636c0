namespace DbBreaker.TestKit.Conformance;

/// <summary>Where in a connection's life an operation runs.</summary>
internal enum ConformanceStage
{
    NoString,
    Closed,
    Open,
    InTransaction,
    InRawTransaction,
    Reading,
    Reclosed,
    Disposed,
}
