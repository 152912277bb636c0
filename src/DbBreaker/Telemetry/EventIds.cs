namespace DbBreaker.Telemetry;

/// <summary>The ids of log lines. They are stable: alerts are built on them.</summary>
internal static class EventIds
{
    // The circuit, 1000-1099.
    public const int CircuitOpened = 1000;
    public const int CircuitHalfOpened = 1001;
    public const int CircuitClosed = 1002;
    public const int CircuitIsolated = 1003;

    // Admission, 1100-1199.
    public const int CallRejected = 1100;
    public const int CallsRejected = 1101;
    public const int CallsObserved = 1102;
    public const int ConnectionLeaked = 1110;

    // Liveness, 1200-1299.
    public const int ServerProbed = 1200;

    // Fallback, 1300-1399.
    public const int FallbackBegan = 1300;
    public const int ReadNotCached = 1310;
    public const int CacheNotWritten = 1311;

    // Configuration, 1400-1499.
    public const int KeyUnknown = 1400;
    public const int CodeOverridden = 1401;
    public const int GuardReconfigured = 1402;
    public const int ReloadRefused = 1403;
    public const int AllDisabled = 1404;
}
