using Npgsql;

namespace DbBreaker.Integration.Tests.Application;

/// <summary>What the server said, however EF Core wrapped it.</summary>
internal static class SqlState
{
    public static string? Of(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is PostgresException told) return told.SqlState;
        }

        return null;
    }
}
