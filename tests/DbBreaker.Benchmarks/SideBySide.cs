using System.Diagnostics;
using System.Reflection;
using System.Runtime;
using BenchmarkDotNet.Attributes;

namespace DbBreaker.Benchmarks;

/// <summary>
/// Runs a class's benchmarks in alternating blocks of some milliseconds and compares each with the baseline's block of
/// the same round. Where a server answers, the machine's state drifts by more than the few percent in question; two
/// blocks that follow each other share it. Time is what a caller waits, the server's work included; processor time is
/// this process's alone.
/// </summary>
internal static class SideBySide
{
    private const int MostRounds = 400, FewestRounds = 11, MostWarmUps = 20;
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan _block = TimeSpan.FromMilliseconds(15);
    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(string pattern)
    {
        foreach (Type type in typeof(SideBySide).Assembly.GetTypes().Where(t =>
            !t.IsAbstract && t.Name.EndsWith("Benchmarks", StringComparison.Ordinal)
            && t.FullName!.Contains(pattern, StringComparison.OrdinalIgnoreCase)))
        {
            PropertyInfo? parameter = type.GetProperties().FirstOrDefault(p => p.IsDefined(typeof(ParamsAttribute)));
            foreach (object? value in parameter?.GetCustomAttribute<ParamsAttribute>()!.Values ?? [null])
            {
                object bench = Activator.CreateInstance(type)!;
                parameter?.SetValue(bench, value);
                Call(bench, typeof(GlobalSetupAttribute));
                await CompareAsync(bench, parameter is null ? type.Name : $"{type.Name}, {parameter.Name}={value}");
                Call(bench, typeof(GlobalCleanupAttribute));
            }
        }
    }

    private static async Task CompareAsync(object bench, string title)
    {
        MethodInfo[] methods =
        [
            .. bench.GetType().GetMethods().Where(m => m.IsDefined(typeof(BenchmarkAttribute)))
                .OrderByDescending(m => m.GetCustomAttribute<BenchmarkAttribute>()!.Baseline),
        ];
        Func<Task>[] calls = [.. methods.Select(m => Bind(bench, m))];
        TimeSpan[] warm = await WarmUpAsync(calls);
        int[] counts = [.. warm.Select(static each => (int)Math.Max(1, _block / each))];
        TimeSpan aRound = warm.Select((each, i) => counts[i] * each).Aggregate(static (sum, block) => sum + block);
        int rounds = (int)Math.Clamp(_longest / aRound, FewestRounds, MostRounds);
        Sample[][] samples = [.. calls.Select(_ => new Sample[rounds])];
        for (int round = 0; round < rounds; round++)
        {
            // The order turns, so that nobody always follows the same one.
            for (int i = 0; i < calls.Length; i++)
            {
                int next = (i + round) % calls.Length;
                samples[next][round] = await TimeAsync(calls[next], counts[next]);
            }
        }

        Console.WriteLine(title);
        for (int i = 0; i < calls.Length; i++)
        {
            string time = Compare(samples[i], samples[0], static sample => sample.Time);
            string processor = Compare(samples[i], samples[0], static sample => sample.Processor);
            Console.WriteLine($"  {methods[i].Name,-22} {time}   processor {processor}");
        }
    }

    // The median, its ratio to the baseline of the same round, and the ratio's quartiles.
    private static string Compare(Sample[] ones, Sample[] baselines, Func<Sample, double> read)
    {
        double median = ones.Select(read).Order().ElementAt(ones.Length / 2);
        double[] ratios = [.. ones.Zip(baselines, (one, baseline) => read(one) / read(baseline)).Order()];
        return $"{median / 1_000,9:0.00} us {ratios[ratios.Length / 2],6:0.000} "
            + $"({ratios[ratios.Length / 4]:0.000} to {ratios[ratios.Length * 3 / 4]:0.000})";
    }

    // Until the compiler is done with what they run: it compiles a busy method up to four times. Returns how long each
    // takes then.
    private static async Task<TimeSpan[]> WarmUpAsync(Func<Task>[] calls)
    {
        var warm = new TimeSpan[calls.Length];
        long compiled = -1;
        for (int i = 0; i < MostWarmUps && compiled != JitInfo.GetCompiledMethodCount(); i++)
        {
            compiled = JitInfo.GetCompiledMethodCount();
            for (int next = 0; next < calls.Length; next++) warm[next] = await WarmUpAsync(calls[next]);
        }

        return warm;
    }

    private static async Task<TimeSpan> WarmUpAsync(Func<Task> call)
    {
        long begin = Stopwatch.GetTimestamp();
        int count = 0;
        for (; Stopwatch.GetElapsedTime(begin) < _warmUp; count++) await call();
        return Stopwatch.GetElapsedTime(begin) / count;
    }

    private static async Task<Sample> TimeAsync(Func<Task> call, int count)
    {
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        long begin = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++) await call();
        TimeSpan time = Stopwatch.GetElapsedTime(begin);
        processor = Environment.CpuUsage.TotalTime - processor;
        return new Sample(time.TotalNanoseconds / count, processor.TotalNanoseconds / count);
    }

    private static Func<Task> Bind(object bench, MethodInfo method)
    {
        if (typeof(Task).IsAssignableFrom(method.ReturnType)) return method.CreateDelegate<Func<Task>>(bench);
        Action call = method.CreateDelegate<Action>(bench);
        return () =>
        {
            call();
            return Task.CompletedTask;
        };
    }

    private static void Call(object bench, Type attribute) =>
        bench.GetType().GetMethods().FirstOrDefault(m => m.IsDefined(attribute, inherit: true))?.Invoke(bench, null);

    // Nanoseconds for one call.
    private readonly record struct Sample(double Time, double Processor);
}
