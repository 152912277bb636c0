using System.Data;
using System.Data.Common;
using Npgsql;

namespace DbBreaker.Npgsql.Tests;

/// <summary>A real failure and how it was judged: what the scenario table is compared with.</summary>
internal sealed record Verdict(DbFailureKind Kind, bool IsFailure, DbFailure Failure)
{
    private static readonly NpgsqlAdapter _adapter = new();

    public static Verdict Of(
        Exception exception, DbPhase phase = DbPhase.Executing, ConnectionState? after = null)
    {
        DbFailure failure = new(exception, phase, StateAfter: after);
        DbFailureKind kind = DbFailureClassifier.Classify(_adapter, failure);
        return new Verdict(kind, DbFailureClassifier.IsFailure(kind, failure), failure);
    }

    public static async Task<Verdict> OfOpenAsync(
        NpgsqlConnection connection, bool isAsync, CancellationTokenSource? cancellation = null)
    {
        try
        {
            if (isAsync) await connection.OpenAsync(cancellation?.Token ?? default);
            else connection.Open();
        }
        catch (Exception exception)
        {
            return Of(exception, DbPhase.Opening, connection.State);
        }

        throw new InvalidOperationException("The open was meant to fail.");
    }

    public static async Task<Verdict> OfCommandAsync(
        NpgsqlConnection connection, string text, bool isAsync, int timeout = 30,
        CancellationTokenSource? cancellation = null)
    {
        using NpgsqlCommand command = new(text, connection) { CommandTimeout = timeout };
        DbPhase phase = DbPhase.Executing;
        CancellationToken cancellationToken = cancellation?.Token ?? default;
        try
        {
            using DbDataReader reader =
                isAsync ? await command.ExecuteReaderAsync(cancellationToken) : command.ExecuteReader();
            phase = DbPhase.Reading;
            do
            {
                while (isAsync ? await reader.ReadAsync(cancellationToken) : reader.Read())
                {
                }
            }
            while (isAsync ? await reader.NextResultAsync(cancellationToken) : reader.NextResult());
        }
        catch (Exception exception)
        {
            return Of(exception, phase, connection.State);
        }

        throw new InvalidOperationException("The command was meant to fail.");
    }

    public void Is(DbFailureKind kind, bool isFailure)
    {
        Assert.True(kind == Kind, $"{kind} was expected, {Kind} found: {Failure}");
        Assert.True(isFailure == IsFailure, $"A failure: {isFailure} was expected, {IsFailure} found: {Failure}");
    }
}
