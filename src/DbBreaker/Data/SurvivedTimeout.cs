namespace DbBreaker.Data;

/// <summary>A timeout whose connection was open afterwards: an answer, unless the connection falls next.</summary>
internal sealed record SurvivedTimeout(DbFailure Failure, long Generation, long StartedAt, long EndedAt);
