namespace DbBreaker.AspNetCore.Dashboard;

/// <summary>What a page gets each second: the rows that changed, and the guards that are gone.</summary>
internal sealed record GuardFrame(long Now, long Bucket, IReadOnlyList<GuardRow> Guards, IReadOnlyList<string> Gone);
