namespace DbBreaker.TestKit;

/// <summary>What a <see cref="PgBouncer"/> is started with.</summary>
public sealed record PgBouncerOptions
{
    /// <summary><c>default_pool_size</c>: connections to the server; 20 unless set.</summary>
    public int PoolSize { get; init; } = 20;

    /// <summary>Further settings by their name in <c>pgbouncer.ini</c>; they win over the kit's own.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}
