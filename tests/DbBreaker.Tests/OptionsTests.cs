using System.Reflection;

namespace DbBreaker.Tests;

/// <summary>The ranges of the options, read by reflection from where they stand once, against the validator.</summary>
public sealed class OptionsTests
{
    /// <summary>Option, and whether it is at the lower end of its range or the upper one.</summary>
    public static TheoryData<string, bool> Ends
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (string name in Ranged)
            {
                data.Add(name, false);
                data.Add(name, true);
            }

            return data;
        }
    }

    private static IEnumerable<string> Ranged => typeof(DbGuardOptions).GetProperties()
        .Where(static p => IsNumber(Nullable.GetUnderlyingType(p.PropertyType) ?? p.PropertyType))
        .Select(static p => p.Name);

    [Theory]
    [MemberData(nameof(Ends))]
    public void An_option_may_be_at_the_end_of_its_range_and_not_beyond(string name, bool upper)
    {
        double end = upper ? Constant(MaxName(name)) : Constant(MinName(name));
        Assert.Empty(DbGuardOptionsValidator.Problems(With(name, end)));

        double beyond = end + (IsShare(name) ? 0.001 : 1) * (upper ? 1 : -1);
        DbGuardOptions wrong = With(name, beyond);
        string problem = DbGuardOptionsValidator.Problems(wrong)
            .First(p => p.StartsWith(name + " is ", StringComparison.Ordinal));
        Assert.Contains("accepted is", problem);
        Assert.Contains(Convert.ToString(Property(name).GetValue(wrong), null)!, problem);
        Assert.Contains(name, Assert.Throws<ArgumentException>(() => DbGuardOptionsValidator.Validate(wrong)).Message);
    }

    [Fact]
    public void The_defaults_are_what_the_constants_say_and_valid()
    {
        var options = new DbGuardOptions();
        Assert.Empty(DbGuardOptionsValidator.Problems(options));
        foreach (string name in Ranged)
        {
            FieldInfo? constant = Field(name) ?? Field(name + "Ms");
            object? value = Property(name).GetValue(options);
            if (constant is null) Assert.Null(value);
            else Assert.Equal(Convert.ToDouble(constant.GetRawConstantValue(), null), AsNumber(value!));
        }
    }

    [Theory]
    [InlineData("FailureRatio")]
    [InlineData("SlowCallRatio")]
    public void Not_a_number_is_no_share(string name)
    {
        var options = new DbGuardOptions();
        Property(name).SetValue(options, double.NaN);
        Assert.Contains(
            DbGuardOptionsValidator.Problems(options), p => p.StartsWith(name + " is NaN", StringComparison.Ordinal));
        Property(name).SetValue(options, double.PositiveInfinity);
        Assert.NotEmpty(DbGuardOptionsValidator.Problems(options));
    }

    [Fact]
    public void What_need_not_be_set_may_be_null()
    {
        var options = new DbGuardOptions { PermitLimit = null, LeakThreshold = null, SlowCallThreshold = null };
        Assert.Empty(DbGuardOptionsValidator.Problems(options));
    }

    [Fact]
    public void A_mode_that_does_not_exist_is_named()
    {
        string problem = Assert.Single(DbGuardOptionsValidator.Problems(new DbGuardOptions { Mode = (DbGuardMode)7 }));
        Assert.Equal("Mode is 7; accepted are Enforce, Observe and Disabled.", problem);
    }

    [Fact]
    public void The_longest_is_not_shorter_than_the_first()
    {
        var options = new DbGuardOptions
        {
            BreakDuration = TimeSpan.FromMinutes(2),
            ProbeInterval = TimeSpan.FromSeconds(2),
        };
        Assert.Collection(
            DbGuardOptionsValidator.Problems(options),
            p => Assert.StartsWith("MaxBreakDuration is 00:01:00, shorter than BreakDuration, 00:02:00", p),
            p => Assert.StartsWith("MaxProbeInterval is 00:00:01, shorter than ProbeInterval, 00:00:02", p));
    }

    [Fact]
    public void Every_problem_is_told()
    {
        var options = new DbGuardOptions { FailureRatio = 2, QueueLimit = -1, OpenLimit = 0 };
        Assert.Equal(3, DbGuardOptionsValidator.Problems(options).Count());
    }

    [Fact]
    public void Every_option_is_compared_when_a_guard_is_asked_for_again()
    {
        foreach (string name in Ranged)
        {
            var other = new DbGuardOptions();
            Set(other, name, Constant(MaxName(name)) * 0.99);
            Assert.Contains(name, new DbGuardOptions().DescribeDifference(other) ?? $"nothing for {name}");
        }

        Assert.NotNull(new DbGuardOptions().DescribeDifference(new DbGuardOptions { Mode = DbGuardMode.Observe }));
        Assert.Null(new DbGuardOptions().DescribeDifference(new DbGuardOptions()));
    }

    // MaxBreakDuration and MaxProbeInterval are options themselves, in the range of the option they bound.
    private static string Base(string name) => name is "MaxBreakDuration" or "MaxProbeInterval" ? name[3..] : name;

    private static string MinName(string name) => "Min" + Base(name);

    private static string MaxName(string name) =>
        Field($"Max{Base(name)}LimitMs") is not null ? $"Max{Base(name)}Limit" : "Max" + Base(name);

    private static bool IsNumber(Type type) =>
        type == typeof(int) || type == typeof(double) || type == typeof(TimeSpan);

    private static bool IsShare(string name) => Property(name).PropertyType == typeof(double);

    private static PropertyInfo Property(string name) => typeof(DbGuardOptions).GetProperty(name)!;

    private static FieldInfo? Field(string name) => typeof(DbGuardDefaults).GetField(name);

    private static double Constant(string name)
    {
        FieldInfo? field = Field(name + "Ms") ?? Field(name);
        Assert.True(field is not null, $"There is no constant {name}.");
        return Convert.ToDouble(field.GetRawConstantValue(), null);
    }

    private static double AsNumber(object value) =>
        value is TimeSpan time ? time.TotalMilliseconds : Convert.ToDouble(value, null);

    private static DbGuardOptions With(string name, double value)
    {
        var options = new DbGuardOptions();
        Set(options, name, value);
        // The bound follows its option, so that only one thing is wrong at a time.
        if (name is "BreakDuration" or "ProbeInterval") Set(options, "Max" + name, Math.Max(value, 60_000));
        if (name is "MaxBreakDuration" or "MaxProbeInterval") Set(options, name[3..], Constant(MinName(name)));
        return options;
    }

    private static object Number(Type type, double value) => type == typeof(int) ? (object)(int)value : value;

    private static void Set(DbGuardOptions options, string name, double value)
    {
        Type type = Nullable.GetUnderlyingType(Property(name).PropertyType) ?? Property(name).PropertyType;
        Property(name).SetValue(
            options, type == typeof(TimeSpan) ? TimeSpan.FromMilliseconds(value) : Number(type, value));
    }
}
