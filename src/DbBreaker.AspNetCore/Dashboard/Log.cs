using Microsoft.Extensions.Logging;

namespace DbBreaker.AspNetCore.Dashboard;

// The page, 1500-1599. The core's ids end below.
internal static partial class Log
{
    [LoggerMessage(1500, LogLevel.Warning, "{User} isolated guard {Guard} on the page: {Reason}")]
    public static partial void Isolated(ILogger logger, string guard, string user, string reason);

    [LoggerMessage(1501, LogLevel.Warning, "{User} reset guard {Guard} on the page")]
    public static partial void WasReset(ILogger logger, string guard, string user);
}
