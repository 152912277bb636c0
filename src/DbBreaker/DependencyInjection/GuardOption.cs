using System.Globalization;

namespace DbBreaker.DependencyInjection;

/// <summary>One option by its name: read, written and parsed without reflection, so that trimming keeps working.
/// </summary>
internal sealed class GuardOption
{
    private readonly Func<DbGuardOptions, object?> _get;
    private readonly Action<DbGuardOptions, object?> _set;
    private readonly Func<string, object?> _parse;

    private GuardOption(
        string name,
        Func<DbGuardOptions, object?> get,
        Action<DbGuardOptions, object?> set,
        Func<string, object?> parse)
    {
        Name = name;
        _get = get;
        _set = set;
        _parse = parse;
    }

    /// <summary>Every option that a text can express; the probe is code and is not among them.</summary>
    public static IReadOnlyList<GuardOption> All { get; } =
    [
        new(nameof(DbGuardOptions.FailureRatio), o => o.FailureRatio, (o, v) => o.FailureRatio = (double)v!, Share),
        new(nameof(DbGuardOptions.MinimumThroughput), o => o.MinimumThroughput,
            (o, v) => o.MinimumThroughput = (int)v!, Count),
        new(nameof(DbGuardOptions.SamplingDuration), o => o.SamplingDuration,
            (o, v) => o.SamplingDuration = (TimeSpan)v!, Time),
        new(nameof(DbGuardOptions.StallThreshold), o => o.StallThreshold,
            (o, v) => o.StallThreshold = (TimeSpan)v!, Time),
        new(nameof(DbGuardOptions.SlowCallThreshold), o => o.SlowCallThreshold,
            (o, v) => o.SlowCallThreshold = (TimeSpan?)v, OptionalTime),
        new(nameof(DbGuardOptions.SlowCallRatio), o => o.SlowCallRatio, (o, v) => o.SlowCallRatio = (double)v!, Share),
        new(nameof(DbGuardOptions.BreakDuration), o => o.BreakDuration, (o, v) => o.BreakDuration = (TimeSpan)v!, Time),
        new(nameof(DbGuardOptions.MaxBreakDuration), o => o.MaxBreakDuration,
            (o, v) => o.MaxBreakDuration = (TimeSpan)v!, Time),
        new(nameof(DbGuardOptions.ProbeInterval), o => o.ProbeInterval, (o, v) => o.ProbeInterval = (TimeSpan)v!, Time),
        new(nameof(DbGuardOptions.MaxProbeInterval), o => o.MaxProbeInterval,
            (o, v) => o.MaxProbeInterval = (TimeSpan)v!, Time),
        new(nameof(DbGuardOptions.ProbeTimeout), o => o.ProbeTimeout, (o, v) => o.ProbeTimeout = (TimeSpan)v!, Time),
        new(nameof(DbGuardOptions.HalfOpenPermits), o => o.HalfOpenPermits,
            (o, v) => o.HalfOpenPermits = (int)v!, Count),
        new(nameof(DbGuardOptions.SuccessesToClose), o => o.SuccessesToClose,
            (o, v) => o.SuccessesToClose = (int)v!, Count),
        new(nameof(DbGuardOptions.RecoveryRamp), o => o.RecoveryRamp, (o, v) => o.RecoveryRamp = (TimeSpan)v!, Time),
        new(nameof(DbGuardOptions.PermitLimit), o => o.PermitLimit, (o, v) => o.PermitLimit = (int?)v, OptionalCount),
        new(nameof(DbGuardOptions.QueueLimit), o => o.QueueLimit, (o, v) => o.QueueLimit = (int)v!, Count),
        new(nameof(DbGuardOptions.QueueTimeout), o => o.QueueTimeout, (o, v) => o.QueueTimeout = (TimeSpan)v!, Time),
        new(nameof(DbGuardOptions.OpenLimit), o => o.OpenLimit, (o, v) => o.OpenLimit = (int)v!, Count),
        new(nameof(DbGuardOptions.LeakThreshold), o => o.LeakThreshold,
            (o, v) => o.LeakThreshold = (TimeSpan?)v, OptionalTime),
        new(nameof(DbGuardOptions.MaxReplicaLag), o => o.MaxReplicaLag,
            (o, v) => o.MaxReplicaLag = (TimeSpan?)v, OptionalTime),
        new(nameof(DbGuardOptions.ReadYourWrites), o => o.ReadYourWrites,
            (o, v) => o.ReadYourWrites = (TimeSpan?)v, OptionalTime),
        new(nameof(DbGuardOptions.Mode), o => o.Mode, (o, v) => o.Mode = (DbGuardMode)v!, ModeOf),
    ];

    public string Name { get; }

    public static GuardOption? Find(string name) =>
        All.FirstOrDefault(option => option.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    public object? Get(DbGuardOptions options) => _get(options);

    public void Set(DbGuardOptions options, object? value) => _set(options, value);

    /// <exception cref="FormatException">The text is no value of this option; the message says what is.</exception>
    public object? Parse(string text) => _parse(text.Trim());

    /// <summary>Gives every option that still has its default the value it has in <paramref name="below"/>.</summary>
    public static void FillDefaults(DbGuardOptions options, DbGuardOptions below)
    {
        var defaults = new DbGuardOptions();
        foreach (GuardOption option in All)
        {
            if (Equals(option.Get(options), option.Get(defaults))) option.Set(options, option.Get(below));
        }
    }

    private static Func<string, object?> Share => static text =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw new FormatException("accepted is a number such as 0.5");

    private static Func<string, object?> Count => static text =>
        int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int value)
            ? value
            : throw new FormatException("accepted is a whole number");

    private static Func<string, object?> OptionalCount => static text => text.Length == 0 ? null : Count(text);

    private static Func<string, object?> Time => static text => DurationText.TryParse(text, out TimeSpan value)
        ? value
        : throw new FormatException("accepted are 500ms, 2s, 5m, 1h or hh:mm:ss");

    private static Func<string, object?> OptionalTime => static text => text.Length == 0 ? null : Time(text);

    // A number would be accepted by the framework's parser, whether or not there is such a mode.
    private static Func<string, object?> ModeOf => static text =>
        Enum.TryParse(text, ignoreCase: true, out DbGuardMode mode) && char.IsLetter(text[0])
            ? mode
            : throw new FormatException("accepted are Enforce, Observe and Disabled");
}
