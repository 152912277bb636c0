using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using DbBreaker.Benchmarks;

if (args is ["side-by-side", .. var patterns])
{
    foreach (string pattern in patterns) await SideBySide.RunAsync(pattern);
    return;
}

// In process: what is compared runs side by side in one run, on one server, in one state of the machine.
IConfig config = DefaultConfig.Instance
    .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance))
    .AddDiagnoser(MemoryDiagnoser.Default)
    .HideColumns(Column.Job, Column.Toolchain, Column.Error, Column.StdDev, Column.RatioSD, Column.Gen0, Column.Gen1);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
