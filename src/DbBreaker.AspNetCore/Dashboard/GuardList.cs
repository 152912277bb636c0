namespace DbBreaker.AspNetCore.Dashboard;

/// <summary>All guards with their strips: what a page starts from, and the JSON endpoint.</summary>
internal sealed record GuardList(
    string Instance, bool IsDisabled, long Now, long Bucket, int BucketSeconds, IReadOnlyList<GuardListItem> Guards);
