namespace DbBreaker.Liveness;

/// <summary>What the prober needs of the options. Immutable.</summary>
internal sealed record ProbeSettings(TimeSpan Interval, TimeSpan MaxInterval, TimeSpan Timeout)
{
    public static readonly ProbeSettings Default = From(new DbGuardOptions());

    public static ProbeSettings From(DbGuardOptions options) =>
        new(options.ProbeInterval, options.MaxProbeInterval, options.ProbeTimeout);
}
