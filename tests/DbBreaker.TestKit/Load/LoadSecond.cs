namespace DbBreaker.TestKit;

/// <summary>One second of a load, for a timeline.</summary>
/// <param name="Second">The second's number, from zero.</param>
/// <param name="Scheduled">Requests that came due in it.</param>
/// <param name="Succeeded">Requests that succeeded in it.</param>
/// <param name="Failed">Requests that failed in it.</param>
/// <param name="Rejected">Requests that were rejected in it.</param>
/// <param name="MaxInFlight">The most requests that were under way at once in it.</param>
public sealed record LoadSecond(int Second, int Scheduled, int Succeeded, int Failed, int Rejected, int MaxInFlight);
