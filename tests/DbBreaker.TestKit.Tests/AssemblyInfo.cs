// The tests stop processes and count connections: one at a time, so that none disturbs another.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
