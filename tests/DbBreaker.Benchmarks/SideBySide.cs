using System.Diagnostics;
using System.Reflection;
using BenchmarkDotNet.Attributes;

namespace DbBreaker.Benchmarks;

/// <summary>
/// Runs a class's benchmarks in alternating blocks of some milliseconds and compares each with the baseline's block of
/// the same round. Where a server answers, the machine's state drifts by more than the few percent in question; two
/// blocks that follow each other share it.
/// </summary>
internal static class SideBySide
{
    private const int MostRounds = 400, FewestRounds = 11;
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan _block = TimeSpan.FromMilliseconds(15);
    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(2);

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
        int[] counts = new int[calls.Length];
        TimeSpan aRound = TimeSpan.Zero;
        for (int i = 0; i < calls.Length; i++)
        {
            TimeSpan each = await WarmUpAsync(calls[i]);
            counts[i] = (int)Math.Max(1, _block / each);
            aRound += counts[i] * each;
        }

        int rounds = (int)Math.Clamp(_longest / aRound, FewestRounds, MostRounds);
        double[][] times = [.. calls.Select(_ => new double[rounds])];
        for (int round = 0; round < rounds; round++)
        {
            // The order turns, so that nobody always follows the same one.
            for (int i = 0; i < calls.Length; i++)
            {
                int next = (i + round) % calls.Length;
                times[next][round] = await TimeAsync(calls[next], counts[next]);
            }
        }

        Console.WriteLine(title);
        for (int i = 0; i < calls.Length; i++)
        {
            double[] ratios = [.. times[i].Zip(times[0], static (one, baseline) => one / baseline).Order()];
            Console.WriteLine(
                $"  {methods[i].Name,-20} {Median(times[i]) / 1_000,9:0.00} us   {ratios[rounds / 2]:0.000} of the "
                + $"baseline (quartiles {ratios[rounds / 4]:0.000} to {ratios[rounds * 3 / 4]:0.000})");
        }
    }

    // Returns how long a call takes.
    private static async Task<TimeSpan> WarmUpAsync(Func<Task> call)
    {
        long begin = Stopwatch.GetTimestamp();
        int count = 0;
        for (; Stopwatch.GetElapsedTime(begin) < _warmUp; count++) await call();
        return Stopwatch.GetElapsedTime(begin) / count;
    }

    private static async Task<double> TimeAsync(Func<Task> call, int count)
    {
        long begin = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++) await call();
        return Stopwatch.GetElapsedTime(begin).TotalNanoseconds / count;
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

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);
}
