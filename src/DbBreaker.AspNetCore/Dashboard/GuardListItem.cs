namespace DbBreaker.AspNetCore.Dashboard;

/// <summary>A row with its strip: a letter for each bucket, the oldest first.</summary>
internal sealed record GuardListItem(GuardRow Row, string Strip);
